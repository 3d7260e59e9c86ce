#pragma once
// The columns of a watch, and the counters that each is made of. Pure.

#include <vector>

#include "experiment/counting/machine_counting.hpp"
#include "machine/machine.hpp"
#include "record/watch_record.hpp"

namespace bytebound {

/// One counter in a sum.
struct WatchTerm {
    std::size_t source = 0, value = 0; ///< its place in a MachineReading
    int cpu = 0;
    double weight = 1;
    bool operator==(const WatchTerm&) const = default;
};

struct WatchFormula {
    WatchColumn column;
    std::vector<WatchTerm> numerator;   ///< empty if the column cannot be obtained
    std::vector<WatchTerm> denominator; ///< of a ratio; the others are divided by the time
    double factor = 1;
    bool whole_cpus = false; ///< its counters are of the chosen CPUs, not of boxes
};

/// DRAM traffic for each memory class, place and direction; CPI; LLC MPKI; the rate of each event of `request`.
std::vector<WatchFormula> watch_formulas(const MachineCounting& counting, const CountingRequest& request,
                                         const Machine& machine);

} // namespace bytebound
