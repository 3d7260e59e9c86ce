#pragma once
// How many steps a reading must hold so that counters shared with the whole machine can tell them from its background.

#include <cstdint>

#include "experiment/counting/counting.hpp"
#include "experiment/plan/plan.hpp"
#include "experiment/schedule/phase.hpp"
#include "stats/background.hpp"

namespace bytebound {

/// The idle machine before the run.
struct BackgroundProbe {
    BackgroundNoise noise;   ///< of all DRAM traffic together
    double read_pair_ns = 0; ///< time between the two readings around a step of no work
};

/// Opens the counters of every pass with shared DRAM events on the calling thread and watches the idle machine for 20
/// ms. Passes count different boxes or directions: their traffic adds up. Error: a counter that cannot be opened or
/// read.
Result<BackgroundProbe> probe_background(Counting& counting);

/// The smallest volume, in bytes, that one reading over `batch` steps tells from none, where a step moves `step_bytes`
/// at about 10 GB/s.
double smallest_volume(const BackgroundProbe& probe, double step_bytes, std::uint32_t batch);

/// Enlarges the batches of a plan, by doubling, until what one reading moves at its bound is visible, as far as memory
/// and time allow (60 s of measured steps, 8 s with --quick); says so in the plan's warnings. Steps with work in
/// between
/// (--between) cannot be batched. Error: as plan_run().
Result<void> enlarge_batches(RunPlan& plan, const BackgroundProbe& probe, std::uint64_t memory_available,
                             int passes = 1);

} // namespace bytebound
