#pragma once
// What is counted of a command: its tree of processes, the accounting of its end, and counters of the whole machine
// from its go to its exit.

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "experiment/counting/counting.hpp"
#include "experiment/exec/launch.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// Commands below this are too short for counters of the whole machine: their windows also contain the start of the
/// process, and the background of the machine is as large as what they move.
inline constexpr double least_shared_seconds = 0.05;

/// Names of the figures that the kernel's accounting supplies.
namespace accounting_name {
inline constexpr std::string_view max_rss = "max-rss", user_time = "user-time", system_time = "system-time";
}

/// The counting of an exec run. Columns: `counting.events`.
class TreeReading {
public:
    /// Leaves out what cannot count another process, and adds the events of the accounting. `sys` must outlive it.
    static Result<TreeReading> open(Counting counting);

    const Counting& counting() const { return counting_; }
    /// Without counters of the whole machine: a command is too short for them.
    void leave_out_shared(double seconds);
    bool counts_shared() const { return !windows_.empty(); }
    /// Records that no run had a value of the accounting's event `name`.
    void withdraw(std::string_view name, const std::string& reason);

    /// For a command at its gate.
    Result<void> attach(pid_t process);
    /// Right before the go.
    Result<void> before();
    /// Right after its exit. The values of its tree are read by readings().
    Result<void> after();
    /// All columns. `end`: after it was reaped, when inherited counters are complete.
    Result<std::vector<std::optional<Reading>>> readings(const CommandEnd& end);

    /// Shared counters at the edges of idle windows: a row of background.csv per window, with all columns.
    Result<std::vector<std::vector<std::optional<Reading>>>> idle();

private:
    struct Window {
        std::unique_ptr<WorkerCounters> counters;
        std::vector<std::pair<std::size_t, std::uint32_t>> columns; ///< of each value: column, weight
        std::vector<CounterValue> before, after;
    };
    explicit TreeReading(Counting counting) : counting_(std::move(counting)) {}
    void add_accounting();
    Result<void> open_windows();
    /// The source that counts trees of processes; null: none does.
    PlannedCollector* tree();
    std::size_t column_named(std::string_view name) const;
    void put(const Window& window, std::span<const CounterValue> from, std::span<const CounterValue> to,
             std::vector<std::optional<Reading>>& out) const;

    Counting counting_;
    std::vector<std::size_t> tree_columns_;
    std::unique_ptr<WorkerCounters> tree_counters_;
    std::vector<Window> windows_;
};

} // namespace bytebound
