#pragma once
// The number of steps per reading: what counters shared with the whole machine need to distinguish a step from
// background, and what makes the cost of a reading small.

#include <cstdint>

#include "experiment/counting/counting.hpp"
#include "experiment/plan/plan.hpp"
#include "experiment/schedule/phase.hpp"
#include "stats/background.hpp"

namespace bytebound {

/// The idle machine before the run.
struct BackgroundProbe {
    BackgroundNoise noise;   ///< of all DRAM traffic
    double read_pair_ns = 0; ///< time between the two readings around an empty step
};

/// Opens the counters of every pass with shared DRAM events on the calling thread and measures the idle machine for 20
/// ms. Passes count different boxes or directions, so their traffic is added up. Error: a counter cannot be opened or
/// read.
Result<BackgroundProbe> probe_background(Counting& counting);

/// A reading covers so many steps that its own cost is a smaller share of it, as far as the phase is long enough.
inline constexpr double reading_share = 0.01;
/// The fewest units of steps that a reading must cover for that, as a divisor of the phase's `units`, so that all
/// readings of a phase are equally long. `reading_ns`: the cost of a reading; `unit_ns`: the time of a unit.
std::uint32_t units_per_reading(double reading_ns, double unit_ns, std::uint32_t units);

/// The smallest volume, in bytes, that one reading over `batch` steps can distinguish from 0, if a step moves
/// `step_bytes` at about 10 GB/s.
double smallest_volume(const BackgroundProbe& probe, double step_bytes, std::uint32_t batch);

/// Doubles the batches of a plan until the traffic of one reading at its bound is visible, as far as memory and time
/// allow (60 s of measured steps, 8 s with --quick), and adds warnings to the plan. Steps with work in between
/// (--between) cannot be batched, nor a given --batch. Error: as in plan_run().
Result<void> enlarge_batches(RunPlan& plan, const BackgroundProbe& probe, const MemoryRoom& memory_available,
                             int passes = 1);

} // namespace bytebound
