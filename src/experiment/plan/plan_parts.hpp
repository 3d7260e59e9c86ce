#pragma once
// Parts of plan_run(). Internal to experiment/.

#include "experiment/plan/plan.hpp"

namespace bytebound {

/// Determines the simulated cache, C of the warm-up rule, and the size of the sweep's buffer. Sweep and warm-up follow
/// the real caches; --llc can only lengthen the warm-up. Error (usage): a geometry that check() rejects.
Result<void> plan_caches(RunPlan& plan, const Machine& machine);
/// Fills in the experiments and the workspace sizes that depend on them, with warnings about clipping and merging.
Result<void> plan_experiments(RunPlan& plan);
/// Gives an experiment a trace with `batch` measured steps per reading, and enlarges the workspace accordingly. Error
/// (usage): the changes do not fit.
Result<void> set_batch(RunPlan& plan, Experiment& experiment, std::uint32_t batch);
/// Warm-up steps of a k whose steps copy up to `rows` rows: the requested number, or the automatic one, capped by
/// --quick.
std::uint32_t planned_warmup(const RunPlan& plan, std::uint64_t rows);
/// Checks the sizes against the available memory (0: unknown), determines how many simulations fit at once, and sizes
/// the arena. Error: usage.
Result<void> fit_memory(RunPlan& plan, const MemoryRoom& memory_available, bool under_valgrind = false);
/// Checks threads and the sizes of files against the limits of the process. Error: not_possible, with the number
/// needed.
Result<void> check_limits(const RunPlan& plan, const Limits& limits);
/// From the bytes that sweeps and steps move, at an assumed rate. `cpus`: for the simulator.
PlannedTime planned_time(const RunPlan& plan, std::size_t cpus);
/// Memory limit of the trace store, in bytes: half of what remains while `threads` simulations run. The other half is
/// for emulated processes.
std::uint64_t trace_room(const RunPlan& plan, std::optional<std::uint64_t> memory_available, std::size_t threads);

} // namespace bytebound
