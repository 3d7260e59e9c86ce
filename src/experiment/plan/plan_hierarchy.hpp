#pragma once
// The private levels of the simulation; internal to run/.

#include "experiment/plan/plan.hpp"

namespace bytebound {

/// Fills plan.hierarchy: the model of --cache-model with the levels of --l1 and --l2, else those of the first CPU. The
/// LLC must be planned. Errors (usage): levels or prefetching for the model `llc`, which has none; those of check().
Result<void> plan_hierarchy(RunPlan& plan, const Machine& machine);
/// What one simulation of it holds, in bytes, in an arena of `arena` bytes.
double hierarchy_bytes(const RunPlan& plan, double arena);
/// The lines of --dry-run; none for the model `llc`.
std::vector<std::string> describe_hierarchy(const RunPlan& plan);

} // namespace bytebound
