#pragma once
// Lines read at the memory controller because of stores, from counters if available. Internal to calibration.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "experiment/calibrate/calibration_runner.hpp"
#include "experiment/counting/counting.hpp"
#include "experiment/measure/team_counters.hpp"
#include "loops/worker_team.hpp"
#include "record/qualification_record.hpp"

namespace bytebound {

/// The events that count DRAM reads, or why there are none.
struct ReadEvents {
    std::string source;               ///< "uncore"; empty: none
    std::vector<std::size_t> columns; ///< their sum is the number of bytes read
    std::string reason;
};
/// Uses the first source that counts DRAM reads. Events that failed qualification are ignored.
ReadEvents find_read_events(const Counting& counting, const QualificationRecord& qualification);

/// Counts DRAM reads during passes of a kernel, over all workers of a team.
class ReadCounter {
public:
    /// If `events` has no source, nothing is counted and the factor is assumed.
    ReadCounter(Counting& counting, ReadEvents events, WorkerTeam& team)
        : counting_(&counting), events_(std::move(events)), team_(&team) {}
    bool counts() const { return !events_.source.empty(); }
    const ReadEvents& events() const { return events_; }
    /// Counter passes that contain such events; their counts are added up.
    const std::vector<int>& passes() const { return passes_; }

    /// Opens the counters of one pass on every worker. Error: that of the source.
    Result<void> open(int pass);
    void close() { open_.reset(); }
    /// Bytes read while `work` ran, minus the idle machine's reads during the time that `work` returns; nullopt if a
    /// counter did not run.
    template <class Work>
    Result<std::optional<double>> during(std::uint64_t idle_ns, Work&& work);

    void find_passes();

private:
    std::optional<double> bytes_between(const TeamValues& before, const TeamValues& after) const;
    bool shared() const;
    void rest(std::uint64_t ns) const;

    Counting* counting_;
    ReadEvents events_;
    WorkerTeam* team_;
    std::vector<int> passes_;
    std::vector<CounterSlot> slots_;
    std::optional<TeamCounters> open_;
    TeamValues before_, after_;
};

template <class Work>
Result<std::optional<double>> ReadCounter::during(std::uint64_t idle_ns, Work&& work) {
    double idle_bytes_per_ns = 0;
    if (shared()) {
        TRY(open_->read_before(before_));
        rest(idle_ns);
        TRY(open_->read_after(after_));
        const auto idle = bytes_between(before_, after_);
        if (!idle) return std::optional<double>();
        idle_bytes_per_ns = *idle / static_cast<double>(idle_ns);
    }
    TRY(open_->read_before(before_));
    const std::uint64_t took_ns = work();
    TRY(open_->read_after(after_));
    auto bytes = bytes_between(before_, after_);
    if (bytes) *bytes -= idle_bytes_per_ns * static_cast<double>(took_ns);
    return bytes;
}

/// Bytes read in excess of those that the program loads, per byte stored.
double write_allocate_factor(double read_bytes, const ProgramBytes& program);
/// The assumed factor if nothing is counted: 1, or 0 for non-temporal stores.
double assumed_factor(StreamKernel kernel);

} // namespace bytebound
