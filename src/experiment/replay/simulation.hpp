#pragma once
// The simulated tier: every (loop, k) replayed through a last-level cache.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "experiment/plan/plan.hpp"
#include "model/simulate.hpp"
#include "workload/trace_store.hpp"

namespace bytebound {

/// One (loop, k).
struct SimulatedRow {
    std::string reason;               ///< why it is not simulated
    std::vector<Simulation> segments; ///< 0 ... n-1, with the steps of the warm-up; empty: not simulated
    /// The same with the other kind of stores (non-temporal or ordinary), for a loop that chose its copy method.
    std::vector<Simulation> other_stores;

    bool simulated() const { return !segments.empty(); }
};

/// rows[experiment][loop], in the plan's order.
struct SimulatedRun {
    std::vector<std::vector<SimulatedRow>> rows;
    double seconds = 0;
};

/// Replays all rows, several segments concurrently on `cpus`, over the traces of the store: simulated_segments() of
/// them through the cache. `oracle_copies`: the methods that its trials chose, per experiment; its rows are simulated
/// with their stores and with the other kind. Nothing may be timed meanwhile. Errors: not_possible if memory cannot be
/// allocated; interrupted or terminated for `stop`.
Result<SimulatedRun> simulate_run(const RunPlan& plan, TraceStore& traces, const std::vector<int>& cpus,
                                  std::span<const CopyMethod> oracle_copies, const ProgressCallback& progress,
                                  const StopFlag& stop);

/// Why nothing was simulated; empty if at least one row was.
std::string why_not_simulated(const SimulatedRun& simulation);

/// Names of the simulated columns in samples.csv.
std::vector<std::string> simulated_columns(Between between);
/// Values of those columns summed over `batch` steps from `first` (an index into segment.steps).
std::vector<std::optional<std::uint64_t>> simulated_values(const Simulation& segment, std::size_t first,
                                                           std::uint32_t batch, std::uint32_t line_bytes,
                                                           Between between);

} // namespace bytebound
