#pragma once
// Lines that stores read at the memory controller, from counters where they exist. Internal to calibration.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "experiment/calibrate/calibration_runner.hpp"
#include "experiment/counting/counting.hpp"
#include "loops/worker_team.hpp"
#include "record/qualification_record.hpp"

namespace bytebound {

/// Which events of a counting hold DRAM reads, or why none does.
struct ReadEvents {
    std::string source;               ///< "uncore"; empty: none
    std::vector<std::size_t> columns; ///< their sum is the bytes read
    std::string reason;
};
/// Of the first source that counts them. An event that failed qualification counts nothing.
ReadEvents find_read_events(const Counting& counting, const QualificationRecord& qualification);

/// Counts DRAM reads around passes of a kernel, over all workers of a team.
class ReadCounter {
public:
    /// Nothing is counted, and the factor is assumed, where `events` has no source.
    ReadCounter(Counting& counting, ReadEvents events, WorkerTeam& team)
        : counting_(&counting), events_(std::move(events)), team_(&team) {}
    ~ReadCounter() { close(); }
    ReadCounter(const ReadCounter&) = delete;
    ReadCounter& operator=(const ReadCounter&) = delete;

    bool counts() const { return !events_.source.empty(); }
    const ReadEvents& events() const { return events_; }
    /// Passes that hold such events: their counts add up.
    const std::vector<int>& passes() const { return passes_; }

    /// Opens the counters of one pass on every worker. Error: that of the source.
    Result<void> open(int pass);
    void close();
    /// Bytes read while `work` ran, less what the idle machine reads in the time that `work` says it took; nothing
    /// where a counter did not run.
    template <class Work>
    Result<std::optional<double>> during(std::uint64_t idle_ns, Work&& work);

    void find_passes();

private:
    using Values = std::vector<std::vector<CounterValue>>; ///< per worker
    Result<void> read(Values& into, bool before);
    std::optional<double> bytes_between(const Values& before, const Values& after) const;
    bool shared() const;
    void rest(std::uint64_t ns) const;

    Counting* counting_;
    ReadEvents events_;
    WorkerTeam* team_;
    std::vector<int> passes_;
    int pass_ = -1;
    std::vector<CounterSlot> slots_;
    std::vector<std::optional<OpenCounters>> open_;
    Values before_, after_;
};

template <class Work>
Result<std::optional<double>> ReadCounter::during(std::uint64_t idle_ns, Work&& work) {
    double idle_bytes_per_ns = 0;
    if (shared()) {
        TRY(read(before_, true));
        rest(idle_ns);
        TRY(read(after_, false));
        const auto idle = bytes_between(before_, after_);
        if (!idle) return std::optional<double>();
        idle_bytes_per_ns = *idle / static_cast<double>(idle_ns);
    }
    TRY(read(before_, true));
    const std::uint64_t took_ns = work();
    TRY(read(after_, false));
    auto bytes = bytes_between(before_, after_);
    if (bytes) *bytes -= idle_bytes_per_ns * static_cast<double>(took_ns);
    return bytes;
}

/// Bytes read beyond those that the program loads, per byte that it stores.
double write_allocate_factor(double read_bytes, const ProgramBytes& program);
/// What is taken for it where nothing counts: 1, and 0 for stores past the caches.
double assumed_factor(StreamKernel kernel);

} // namespace bytebound
