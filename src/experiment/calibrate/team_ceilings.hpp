#pragma once
// The ceilings for one number of workers. Internal to calibration.

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
    std::uint64_t done_before, total; ///< rounds, for the progress display
};

/// Pins a team, allocates, and measures every ceiling in every round, in a different order each round. Adds the results
/// to the record. Errors: as for Calibration::measure().
Result<void> measure_team(const TeamContext& context, CalibrationRecord& record, const ProgressCallback& progress,
                          const StopFlag& stop);

/// Value and interval of samples with one sample per round. A round is treated as a block, because rounds are
/// interleaved repeats of the whole calibration. The interval always includes the value.
Estimate estimate_rounds(const std::vector<double>& samples, Stat stat);

} // namespace bytebound
