#pragma once
// Assigns the events of a run to collectors and passes, with the reasons for those that cannot be counted.

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/registry.hpp"
#include "experiment/counting/request.hpp"

namespace bytebound {

/// A collector and the plan that it agreed to.
struct PlannedCollector {
    std::unique_ptr<Collector> collector;
    CountingPlan plan;
};

/// One value of a worker's reading: the column that it belongs to, and how its counts are added up there.
struct CounterSlot {
    std::size_t column = 0; ///< index in Counting::events
    std::uint32_t weight = 1;
    Sharing sharing = Sharing::per_thread;
    bool leader_only() const { return sharing != Sharing::per_thread; }
    bool operator==(const CounterSlot&) const = default;
};

/// The counting of a whole run. Columns are indices into `events`: those of RunPlan::events in the user's order,
/// followed by the events that count DRAM traffic.
struct Counting {
    std::vector<PlannedCollector> sources;
    int passes = 1;
    std::vector<EventRecord> events;
    std::vector<CollectorRecord> collectors;
    std::vector<Warning> warnings;

    /// The values of one worker's readings of `pass`, ordered by source and part.
    std::vector<CounterSlot> slots_of(int pass) const;
    /// File descriptors that `workers` workers hold while the pass that needs most of them is open: one for each
    /// counter.
    std::size_t descriptors(std::size_t workers) const;
    /// Whether an event counts the whole machine; background is then measured and subtracted.
    bool counts_shared(int pass) const;
    bool counts_shared() const; ///< in any pass
    /// Whether counters feed a DRAM metric, either directly or as the sum of one source's reads and writes.
    bool counts_dram(std::string_view metric) const;
    /// The columns of events that count DRAM bytes read or written: these are counted between two steps, too.
    std::vector<std::size_t> gap_columns() const;
    /// Drops a source: its events get the cause and the remedy, and its collector is recorded as not used.
    void leave_out(std::size_t source, const std::string& cause, const std::string& remedy);
};

/// Asks the collectors on the calling thread, which must be pinned like the leader. Errors: usage for a name that no
/// grammar accepts; not_possible if an explicitly requested collector is not built in, not available or cannot open
/// anything, and with --strict for what cannot be counted.
Result<Counting> plan_counting(const CountingRequest& request, Sys& sys, const SysRoot& root,
                               std::span<const CollectorEntry> table);

/// Metrics that no row of this run can have, with reasons, in the order of docs/figures.md.
std::vector<UnavailableRecord> unavailable_metrics(const CountingRequest& request, const Counting& counting,
                                                   const std::string& not_simulated);

/// One source of an OpenCounters, for another process.
struct SentSource {
    std::size_t at = 0; ///< index of its first value
    SentCounters counters;
};

/// One worker's open counters of one pass. Opened, read and closed on the worker's thread. Values shared by all workers
/// are read by the leader; in the other workers' output they are left unchanged.
class OpenCounters {
public:
    /// `thread`: of another process, which is to lead there; 0: the calling one.
    static Result<OpenCounters> open(Counting& counting, int pass, bool leads, pid_t thread = 0);
    /// For another process. Error (not_possible): a source cannot be read from there.
    Result<std::vector<SentSource>> sent() const;
    /// Of sent(), in the process that received the descriptors.
    static OpenCounters received(Sys& sys, std::span<const SentSource> sources);
    std::size_t size() const { return size_; }
    /// Fill size() values; false if a source refused. The first collector's source is innermost: read last before a
    /// step and first after it, so that its counters exclude the system calls of the others.
    bool read_before(std::span<CounterValue> out) noexcept;
    bool read_after(std::span<CounterValue> out) noexcept;
    /// After a read: differs from the value after an earlier read if the kernel took counters away in between, as far
    /// as the sources can detect it (WorkerCounters::schedule_stamp); 0 if none can.
    std::uint64_t schedule_stamp() const noexcept;
    Error last_error() const;

private:
    struct Part {
        std::unique_ptr<WorkerCounters> counters;
        std::size_t at = 0; ///< index of its first value
        /// Open only for the side effect of opening (resctrl: the thread joins the group), never read.
        bool idle = false;
    };
    bool read(std::size_t part, std::span<CounterValue> out) noexcept;

    std::vector<Part> parts_;
    std::size_t size_ = 0;
    std::size_t failed_ = 0;
};

} // namespace bytebound
