#pragma once
// The ceilings of one number of workers. Internal to calibration.

#include "experiment/calibrate/calibration.hpp"
#include "experiment/calibrate/write_allocate.hpp"
#include "stats/estimate.hpp"

namespace bytebound {

struct TeamContext {
    Sys& sys;
    const Machine& machine;
    const CalibrationPlan& plan;
    const TeamPlan& team;
    ClockFunction clock;
    Counting& counting;
    ReadEvents reads;
    std::uint64_t done_before, total; ///< rounds, for the progress
};

/// Pins a team, allocates, measures every ceiling in every round, in an order of each round's own, and adds what it
/// found to the record. Errors: as Calibration::measure().
Result<void> measure_team(const TeamContext& context, CalibrationRecord& record, const ProgressCallback& progress,
                          const StopFlag& stop);

/// Value and interval of samples that stem from one round each: a round is a block, since the rounds are interleaved
/// repeats of the whole calibration. The interval holds the value.
Estimate estimate_rounds(const std::vector<double>& samples, Stat stat);

} // namespace bytebound
