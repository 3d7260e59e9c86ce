#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "experiment/counting/counting.hpp"

namespace bytebound {

/// Cost of an empty pair of reads of a pass on the calling thread, as the leader. Errors: those of opening and reading.
Result<ReadCostRecord> measure_read_cost(Counting& counting, int pass, ClockFunction clock);

} // namespace bytebound
