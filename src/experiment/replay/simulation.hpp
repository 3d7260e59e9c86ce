#pragma once
// The simulated tier: every (loop, k) replayed through a last-level cache, and the computed figures of every step.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "experiment/plan/plan.hpp"
#include "loops/replay.hpp"
#include "model/simulate.hpp"
#include "workload/trace_store.hpp"

namespace bytebound {

/// One (loop, k). Steps include warm-up.
struct SimulatedRow {
    bool simulated = false;
    std::string reason;                           ///< why it is not simulated
    std::vector<LineCounts> steps;                ///< segment 0
    std::vector<GapLines> gaps;                   ///< after each step; empty without --between
    DirtyLines dirty_before{}, flushed{};         ///< see Simulation
    std::vector<std::vector<StepLedger>> ledgers; ///< per repeat; empty for library code
    std::uint64_t line_references = 0;
    std::optional<HierarchyLines> levels; ///< of the measured steps; only with a hierarchy
};

/// rows[experiment][loop], in the plan's order.
struct SimulatedRun {
    std::vector<std::vector<SimulatedRow>> rows;
    double seconds = 0;
};

/// Replays all rows, several concurrently on `cpus`, over the traces of the store. Nothing may be timed meanwhile.
/// Errors: not_possible if memory cannot be allocated; interrupted or terminated for `stop`.
Result<SimulatedRun> simulate_run(const RunPlan& plan, TraceStore& traces, const std::vector<int>& cpus,
                                  const ProgressCallback& progress, const StopFlag& stop);

/// Why nothing was simulated; empty if at least one row was.
std::string why_not_simulated(const SimulatedRun& simulation);

/// Names of the simulated columns in samples.csv.
std::vector<std::string> simulated_columns(Between between);
/// Values of those columns summed over `batch` steps from `first` (an index into row.steps).
std::vector<std::optional<std::uint64_t>> simulated_values(const SimulatedRow& row, std::size_t first,
                                                           std::uint32_t batch, std::uint32_t line_bytes,
                                                           Between between);

} // namespace bytebound
