#pragma once

#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "experiment/counting/counting.hpp"
#include "experiment/measure/team_counters.hpp"
#include "loops/worker_team.hpp"

namespace bytebound {

/// Cost of the readings of a pass, from 1000 empty ones by the team that will measure: the clock pair and the leader's
/// counters around nothing, and every other worker's counters around an empty part. Takes a few milliseconds where no
/// worker has to wake up. Errors: those of opening and reading.
Result<ReadCostRecord> measure_read_cost(WorkerTeam& team, Counting& counting, int pass, ClockFunction clock);

/// The same of open counters. `events`: the names of all columns; `slots`: of the pass.
Result<ReadCostRecord> measure_read_cost(WorkerTeam& team, TeamCounters& counters, std::span<const CounterSlot> slots,
                                         std::span<const std::string> events, ClockFunction clock);

} // namespace bytebound
