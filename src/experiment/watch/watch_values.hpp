#pragma once
// Two readings of the machine's counters -> the values of an interval. Pure.

#include "experiment/watch/watch_plan.hpp"

namespace bytebound {

/// One for each formula. Rates are per time between the source's two readings. A sum with one counter that did not run,
/// or that stopped before the interval ended, has no value: it would be too small, but plausible.
std::vector<WatchValue> watch_values(const std::vector<WatchFormula>& formulas, const MachineReading& before,
                                     const MachineReading& after);

/// A value that the interval does not have.
WatchValue without_value(ReadingState state, std::string reason);

} // namespace bytebound
