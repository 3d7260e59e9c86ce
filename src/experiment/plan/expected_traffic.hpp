#pragma once
// The expected traffic of a run's loops in closed form, and the expected crossover with the ceilings of a calibration.

#include <span>

#include "experiment/plan/plan.hpp"
#include "record/expected_record.hpp"

namespace bytebound {

/// The cache that the plan's closed forms describe: the simulated one. For an exclusive last level, its capacity
/// includes the outermost private levels.
CacheBelow expected_cache(const RunPlan& plan);

/// Traffic of one (loop, k) of the plan, over a segment with these `changes`. Also unmodelled if the slab is read
/// between steps (--between use), and for private levels that are large compared with a last level that is not
/// exclusive. `copy`: of the loop's rows.
Modelled<ClosedForm> expected_traffic(const RunPlan& plan, const Experiment& experiment,
                                      std::span<const StepChange> changes, LoopKind loop, CopyMethod copy);

/// The crossover according to expected times with this host's own cache, whether or not its loops are in the run.
Modelled<Crossover> expected_crossover(const RunPlan& plan);

/// `expected` in run.json.
ExpectedRecord expected_record(const RunPlan& plan);

/// With --tau adaptive: sets the plan's tau from the expected crossover. Error (not_possible): there is none, for lack
/// of a calibration or a model.
Result<void> settle_tau(RunPlan& plan);

} // namespace bytebound
