#pragma once
// Parts of plan_run(); internal to run/.

#include "run/plan.hpp"

namespace bytebound {

/// Fills experiments and the sizes of the workspace that depend on them, with the warnings of clipping and merging.
Result<void> plan_experiments(RunPlan& plan);
/// Fills events: those of --events, else the defaults. Error: usage for a name of --events that nothing knows.
Result<void> plan_events(RunPlan& plan, const SysRoot& root);

} // namespace bytebound
