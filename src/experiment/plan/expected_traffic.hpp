#pragma once
// What a run expects of its loops: traffic in closed form, and with the ceilings of a calibration the crossover.

#include <span>

#include "experiment/plan/plan.hpp"
#include "record/expected_record.hpp"

namespace bytebound {

/// What the closed forms of a plan rest on: the simulated cache. Of an exclusive last level the outermost private
/// levels add to it.
CacheBelow expected_cache(const RunPlan& plan);

/// Traffic of one (loop, k) of the plan, over a segment with these `changes`. Unmodelled also between steps that read
/// the slab (--between use), and below private levels that hold much beside a last level that is not exclusive.
Modelled<ClosedForm> expected_traffic(const RunPlan& plan, const Experiment& experiment,
                                      std::span<const StepChange> changes, LoopKind loop);

/// The crossover by expected times on this host's own cache, whether or not its loops are run.
Modelled<Crossover> expected_crossover(const RunPlan& plan);

/// `expected` of run.json.
ExpectedRecord expected_record(const RunPlan& plan);

/// With --tau adaptive: puts tau of the expected crossover into the plan's options. Error (not_possible): there is
/// none, for want of a calibration or of a model.
Result<void> settle_tau(RunPlan& plan);

} // namespace bytebound
