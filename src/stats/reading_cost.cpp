#include "stats/reading_cost.hpp"

#include <algorithm>

#include "stats/estimate.hpp"
#include "stats/quantile.hpp"

namespace bytebound {

double ReadingCost::spread() const { return std::max({median - range_low, range_high - median, 1.0}); }

std::optional<ReadingCost> cost_of_readings(std::vector<double> readings) {
    if (readings.size() < few_blocks_below) return std::nullopt;
    const std::optional<Estimate> middle = median_of_independent(readings);
    if (!middle || !middle->ci_low || !middle->ci_high) return std::nullopt;
    std::sort(readings.begin(), readings.end());
    return ReadingCost{readings.size(),           middle->value,
                       *middle->ci_low,           *middle->ci_high,
                       quantile(readings, 0.025), quantile(readings, 0.975)};
}

} // namespace bytebound
