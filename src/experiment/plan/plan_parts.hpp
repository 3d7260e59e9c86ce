#pragma once
// Parts of plan_run(); internal to run/.

#include "experiment/plan/plan.hpp"

namespace bytebound {

/// Fills experiments and the sizes of the workspace that depend on them, with the warnings of clipping and merging.
Result<void> plan_experiments(RunPlan& plan);
/// Gives an experiment its trace with `batch` measured steps for each reading, and the workspace room for it. Error
/// (usage): the changes do not fit.
Result<void> set_batch(RunPlan& plan, Experiment& experiment, std::uint32_t batch);
/// Warm-up steps of a k whose steps copy up to `rows` rows: those given, else the automatic ones, capped by --quick.
std::uint32_t planned_warmup(const RunPlan& plan, std::uint64_t rows);
/// Judges the sizes against what the machine has (0: unknown), says how many simulations fit at once and sizes the
/// arena. Error: usage.
Result<void> fit_memory(RunPlan& plan, std::uint64_t memory_available, bool under_valgrind = false);
/// What the store of traces may keep, in bytes: half of what nothing else needs while `threads` simulations run. The
/// other half is for emulated processes.
std::uint64_t trace_room(const RunPlan& plan, std::uint64_t memory_available, std::size_t threads);

} // namespace bytebound
