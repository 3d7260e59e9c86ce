#pragma once
// The private levels of the simulation. Internal to experiment/plan/.

#include "experiment/plan/plan.hpp"

namespace bytebound {

/// Fills plan.hierarchy: the model of --cache-model with the levels of --l1 and --l2, by default those of the first
/// CPU. The LLC must be planned. Errors (usage): levels or prefetching for the model `llc`, which has none; those of
/// check().
Result<void> plan_hierarchy(RunPlan& plan, const Machine& machine);
/// Memory of one simulation of it, in bytes, for an arena of `arena` bytes.
double hierarchy_bytes(const RunPlan& plan, double arena);
/// Its lines for --dry-run; none for the model `llc`.
std::vector<std::string> describe_hierarchy(const RunPlan& plan);

} // namespace bytebound
