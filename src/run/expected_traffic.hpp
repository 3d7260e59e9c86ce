#pragma once
// What a run expects of its loops: traffic in closed form, and with the ceilings of a calibration the crossover.

#include "run/expected_record.hpp"
#include "run/plan.hpp"

namespace bytebound {

/// What the closed forms of a plan rest on. Of an exclusive last level the private second levels above it add to it.
CacheFacts expected_cache(const RunPlan& plan);

/// Traffic of one (loop, k) of the plan. Unmodelled also between steps that read the slab (--between use).
Modelled<ClosedForm> expected_traffic(const RunPlan& plan, const Experiment& experiment, LoopKind loop);

/// The crossover by expected times, whether or not its loops are run.
Modelled<Crossover> expected_crossover(const RunPlan& plan);

/// `expected` of run.json.
ExpectedRecord expected_record(const RunPlan& plan);

/// With --tau adaptive: puts tau of the expected crossover into the plan's options. Error (not_possible): there is
/// none, for want of a calibration or of a model.
Result<void> settle_tau(RunPlan& plan);

} // namespace bytebound
