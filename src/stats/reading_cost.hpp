#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace bytebound {

/// What an empty reading adds to one quantity: the median of so many empty readings with its 95 % interval, and the
/// range that 95 % of the single readings lie in.
struct ReadingCost {
    std::uint64_t n = 0;
    double median = 0;
    double ci_low = 0, ci_high = 0;
    double range_low = 0, range_high = 0;

    /// How far a single reading is from the median, on the farther side; at least the unit of clocks and counters.
    double spread() const;
    bool operator==(const ReadingCost&) const = default;
};

/// Nothing for fewer than 6 readings, whose median has no interval.
std::optional<ReadingCost> cost_of_readings(std::vector<double> readings);

} // namespace bytebound
