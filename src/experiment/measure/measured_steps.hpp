#pragma once
// The steps of a phase: sweep, warm up, measure. Also those of a loop in another process, which is measured by the same
// code. All memory that is written while measuring is allocated in advance.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"
#include "experiment/measure/read_bracket.hpp"
#include "experiment/measure/sweep.hpp"
#include "experiment/measure/team_counters.hpp"
#include "loops/update_loop.hpp"
#include "model/simulate.hpp"

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

/// What is read around which steps.
struct StepPlan {
    std::uint32_t warmup_steps = 0, readings = 0, batch = 1;
    Gap gap = Gap::none;            ///< what is done between two steps
    std::vector<CounterSlot> slots; ///< of the pass
    std::vector<std::string> names; ///< of the event in each slot
    bool shared = false;            ///< a slot counts the whole machine
    bool counts_gaps = false;
    std::uint32_t steps() const { return warmup_steps + readings * batch; }
};

/// The rows of one group in the slab.
struct SlabGroup {
    const std::byte* first = nullptr;
    std::uint64_t row_bytes = 0;
};

/// The resources of the steps.
struct StepStage {
    WorkerTeam& team;
    const CacheSweep& sweep;
    TeamCounters& counters;
    std::span<const SlabGroup> slab; ///< read between steps with Gap::use
    ClockFunction clock;
    const StopFlag& stop;
};

/// Runs the steps of a loop that has been reset. Errors: internal for a read that failed; interrupted or terminated for
/// the stop flag.
Result<PhaseLog> run_steps(const StepPlan& plan, const StepStage& stage, UpdateLoop& loop);

} // namespace bytebound
