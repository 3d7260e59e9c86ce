#pragma once
// The counters of the whole machine, open from one interval to the next.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "experiment/watch/watch_plan.hpp"
#include "experiment/watch/watch_schedule.hpp"
#include "record/watch_record.hpp"

namespace bytebound {

struct WatchOptions {
    CountingOptions counting;
    double interval_s = 1;
    std::string cpus = "auto"; ///< auto: all online ones
};

/// What a watch takes from its surroundings.
struct WatchSeams {
    std::span<const CollectorEntry> collectors = bytebound::collectors();
    std::uint64_t (*now)() = monotonic_ns;
};

class MachineWatch {
public:
    /// Plans and opens. `sys` must outlive it. Errors: those of request_counting() and of a list of CPUs;
    /// not_possible, with doctor's cause, if nothing can be counted.
    static Result<MachineWatch> open(Sys& sys, const SysRoot& root, const WatchOptions& options, WatchSeams seams = {});

    /// Without the command.
    WatchHeader header() const;
    const std::vector<Warning>& warnings() const { return warnings_; }
    /// When the next interval ends, by the clock.
    std::uint64_t due_ns() const { return schedule_.next_after(last_ns_); }
    /// Ends the interval now. Counters that failed, and all if a CPU went offline or came online, are opened again for
    /// the next interval; the values of this one are then missing, with the reason.
    WatchLine next();

private:
    MachineWatch(Sys& sys, const SysRoot& root, WatchOptions options, WatchSeams seams);
    Result<std::vector<int>> chosen_cpus(const Machine& machine) const;
    /// Plans and opens.
    Result<void> plan();
    /// Reads the counters for the first time.
    void begin();
    /// Plans and opens again; columns stay.
    void renew();

    Sys& sys_;
    SysRoot root_;
    WatchOptions options_;
    WatchSeams seams_;
    std::string online_; ///< the kernel's list, as it was when the counters were planned
    std::vector<int> cpus_;
    std::unique_ptr<MachineCounting> counting_; ///< counters refer to it
    std::vector<WatchFormula> formulas_;
    std::vector<WatchColumn> columns_; ///< of the first plan
    std::vector<CollectorRecord> collectors_;
    std::vector<Warning> warnings_;
    std::unique_ptr<MachineCounters> counters_;
    MachineReading before_;
    bool incomplete_ = false;    ///< counters of some columns could not be opened again
    std::uint64_t retry_ns_ = 0; ///< when to try again
    WatchSchedule schedule_;
    std::uint64_t start_ns_ = 0, last_ns_ = 0;
};

} // namespace bytebound
