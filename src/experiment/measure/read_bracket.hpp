#pragma once
// The readings of every worker before and after each measured step.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "experiment/measure/team_counters.hpp"

namespace bytebound {

/// Records of one worker during a phase. Sizes: the number of readings, each around a batch of steps; for counters,
/// times the columns of the pass. A worker other than the leader reads around its own parts; in a step without such a
/// part its counters are undefined.
struct WorkerLog {
    std::vector<CounterValue> before, after;
    std::vector<int> cpu_before, cpu_after;
    std::vector<std::uint64_t> part_ns;
    std::vector<std::uint32_t> parts; ///< number of the worker's parts in the step; not counted for the leader
    std::vector<bool> interrupted;    ///< the kernel took counters away during the step
    std::uint64_t stamp = 0;          ///< at the last reading before the step
    bool read_failed = false;
    std::uint32_t failed_reading = 0;
};
/// Logs of every worker, with room for all readings, so that nothing is allocated while measuring.
std::vector<WorkerLog> make_worker_logs(unsigned threads, std::uint32_t readings, std::size_t columns);

/// The leader reads around the whole step, last before the clock and first after it. Every other worker reads around
/// its own parts, so that waiting is not counted.
class ReadBracket {
public:
    /// `logs`: from make_worker_logs(). Watches the team's parts during its lifetime.
    ReadBracket(WorkerTeam& team, TeamCounters& counters, std::size_t columns, std::vector<WorkerLog>& logs);
    ~ReadBracket() { team_.watch_parts({}); }
    ReadBracket(const ReadBracket&) = delete;
    ReadBracket& operator=(const ReadBracket&) = delete;

    void open(std::uint32_t reading) {
        reading_ = reading;
        team_.clear_part_ns();
        see_cpus(&WorkerLog::cpu_before);
        if (columns_ > 0) read_before(0, row(logs_[0].before));
    }
    /// Afterwards the readings of every worker are complete.
    void close() {
        if (columns_ > 0) read_after(0);
        see_cpus(&WorkerLog::cpu_after); // every worker calls this after its last reading
        for (unsigned worker = 0; worker < team_.threads(); ++worker)
            logs_[worker].part_ns[reading_] = team_.part_ns(worker);
    }
    /// Call it after close(). Error: internal for a read that failed.
    Result<void> check_reads() const;
    /// The same, and an error for a shared counter that is frozen.
    /// `names`: of the events in each slot.
    Result<void> check(std::span<const CounterSlot> slots, std::span<const std::string> names);

private:
    std::span<CounterValue> row(std::vector<CounterValue>& values) const {
        return std::span(values).subspan(reading_ * columns_, columns_);
    }
    void read_before(unsigned worker, std::span<CounterValue> out) noexcept;
    void read_after(unsigned worker) noexcept;
    void note(unsigned worker, bool read) noexcept;
    void see_cpus(std::vector<int> WorkerLog::*cpus);
    static void part_begins(void* context, unsigned worker) noexcept;
    static void part_ends(void* context, unsigned worker) noexcept;

    WorkerTeam& team_;
    TeamCounters& counters_;
    std::size_t columns_;
    std::vector<WorkerLog>& logs_;
    std::uint32_t reading_ = 0;
    std::vector<CounterValue> between_; ///< scratch space per worker
};

/// internal: a read failed although planning had succeeded. `when` ends its cause: "before the phase".
Error failed_read(const OpenCounters& counters, const std::string& when);

} // namespace bytebound
