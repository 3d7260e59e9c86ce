#pragma once
// What run.json says of a plan and of the traces that were counted for it.

#include <span>
#include <vector>

#include "experiment/plan/plan.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// The changes of every segment of one experiment; segment r is that of repeat r.
using Segments = std::vector<SharedChanges>;

WorkloadRecord workload_record(const RunPlan& plan);
/// k by k, loops in the plan's order; copy methods and verdicts still open. `traces` has the segments of every
/// experiment. A, R are means over the measured steps of all of them; the closed form and m are those of segment 0,
/// which is the simulated one.
std::vector<ExperimentRecord> experiment_records(const RunPlan& plan, std::span<const Segments> traces);

} // namespace bytebound
