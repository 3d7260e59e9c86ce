#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "experiment/counting/counting.hpp"
#include "loops/worker_team.hpp"

namespace bytebound {

/// Cost of the readings of a pass, from 1000 empty ones by the team that will measure: the clock pair and the leader's
/// counters around nothing, and every other worker's counters around an empty part. Takes a few milliseconds where no
/// worker has to wake up. Errors: those of opening and reading.
Result<ReadCostRecord> measure_read_cost(WorkerTeam& team, Counting& counting, int pass, ClockFunction clock);

} // namespace bytebound
