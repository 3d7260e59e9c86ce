#pragma once
// One phase: one loop, one k, one repeat, one pass.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "experiment/counting/counting.hpp"
#include "experiment/measure/measured_steps.hpp"
#include "experiment/plan/plan.hpp"
#include "experiment/replay/emulation.hpp"
#include "experiment/replay/simulation.hpp"
#include "loops/replay.hpp"
#include "record/samples.hpp"

namespace bytebound {

struct PhaseKey {
    std::size_t experiment = 0, loop = 0; ///< indices in the plan
    std::uint32_t repeat = 0;
    int pass = 0;
};

/// The resources of a phase.
struct PhaseContext {
    const RunPlan& plan;
    const Workspace& workspace;
    WorkerTeam& team;
    const CacheSweep& sweep;
    Counting& counting;
    ClockFunction clock;
    const StopFlag& stop;
};

/// What a phase of the plan reads around which steps.
StepPlan step_plan(const RunPlan& plan, const Counting& counting, const PhaseKey& key);

/// Sweeps, warms up, measures. The loop must have been reset with the segment's masks. Errors: internal for a read that
/// failed although planning had succeeded; interrupted or terminated for the stop flag.
Result<PhaseLog> run_phase(const PhaseContext& context, UpdateLoop& loop, const PhaseKey& key);

/// The rows of a phase.
struct PhaseRows {
    std::vector<Sample> steps, workers; ///< workers: empty for one thread
    /// Windows of the idle machine, before and after the phase; empty without shared events.
    std::vector<Sample> background;
    std::uint64_t migrated = 0; ///< steps with that flag
};

/// Which figures of its steps a plug-in says.
struct ToldFigures {
    bool rows_written = false, metadata_bytes = false;
};

struct RowContext {
    const RunPlan& plan;
    const Counting& counting;
    const SimulatedRow& simulated;
    std::span<const StepChange> changes; ///< of the segment, including warm-up
    std::span<const StepLedger> ledger;  ///< of the same steps; empty for library code
    std::vector<int> pinned;             ///< CPU of each worker; -1 if it is not bound
    std::string loop;                    ///< name
    const EmulatedRow* emulated = nullptr;
    std::optional<ToldFigures> told = {}; ///< nullopt: not a plug-in
};

/// Computes differences, sums over workers, and flags. Fills in pass 0 the simulated columns of the repeats whose
/// segment was simulated, and the emulated columns of repeat 0.
PhaseRows make_rows(const RowContext& context, const PhaseKey& key, const PhaseLog& log);

} // namespace bytebound
