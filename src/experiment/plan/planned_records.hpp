#pragma once
// What run.json says of a plan.

#include <vector>

#include "experiment/plan/plan.hpp"
#include "record/run_record.hpp"

namespace bytebound {

WorkloadRecord workload_record(const RunPlan& plan);
/// k by k, loops in the plan's order; copy methods and verdicts still open.
std::vector<ExperimentRecord> experiment_records(const RunPlan& plan);

} // namespace bytebound
