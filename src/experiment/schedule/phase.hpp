#pragma once
// One phase: one loop, one k, one repeat, one pass: sweep, warm up, measure. All memory it writes while measuring is
// allocated in advance.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "experiment/counting/counting.hpp"
#include "experiment/measure/read_bracket.hpp"
#include "experiment/measure/sweep.hpp"
#include "experiment/plan/plan.hpp"
#include "experiment/replay/emulation.hpp"
#include "experiment/replay/simulation.hpp"
#include "loops/replay.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// The raw log of a phase.
struct PhaseLog {
    std::vector<WorkerLog> workers;
    std::vector<std::uint64_t> time_ns;
    std::vector<std::uint32_t> rows_written; ///< per step, including warm-up
    std::uint32_t measured = 0;              ///< number of readings, each of a batch of steps
    /// The leader's readings at the edges of the idle windows around the phase; empty without shared events.
    std::vector<CounterValue> idle_before, idle_after;
    /// By reading, around what is done after it; empty unless the pass counts DRAM bytes and --between is not none.
    std::vector<TeamValues> gap_before, gap_after;
};

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

struct RowContext {
    const RunPlan& plan;
    const Counting& counting;
    const SimulatedRow& simulated;
    std::span<const StepChange> changes; ///< of the segment, including warm-up
    std::span<const StepLedger> ledger;  ///< of the same steps; empty for library code
    std::vector<int> pinned;             ///< CPU of each worker; -1 if it is not bound
    std::string loop;                    ///< name
    const EmulatedRow* emulated = nullptr;
};

/// Computes differences, sums over workers, and flags. Fills in pass 0 the simulated columns of the repeats whose
/// segment was simulated, and the emulated columns of repeat 0.
PhaseRows make_rows(const RowContext& context, const PhaseKey& key, const PhaseLog& log);

} // namespace bytebound
