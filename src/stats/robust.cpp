#include "stats/robust.hpp"

#include <algorithm>
#include <cmath>

#include "stats/estimate.hpp"

namespace bytebound {
namespace {

// Of a normal distribution: standard deviations in a median and in a mean of absolute deviations.
constexpr double median_deviations = 1 / 0.6745;
constexpr double mean_deviations = 1.2533141373155003; // sqrt(pi / 2)

/// Deviations of equal values that differ by the rounding of the median.
constexpr double rounding = 1e-12;

} // namespace

std::string_view name_of(SpreadBy by) {
    switch (by) {
    case SpreadBy::median_deviation: return "median_deviation";
    case SpreadBy::mean_deviation: return "mean_deviation";
    case SpreadBy::nothing: break;
    }
    return "nothing";
}

std::optional<double> RobustSpread::z_of(double value) const {
    if (by == SpreadBy::nothing) return std::nullopt;
    return (value - median) / scale;
}

std::optional<RobustSpread> robust_spread(std::span<const double> values) {
    if (values.empty()) return std::nullopt;
    RobustSpread spread;
    spread.median = median({values.begin(), values.end()});
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    spread.lowest = *lowest;
    spread.highest = *highest;
    std::vector<double> deviations;
    deviations.reserve(values.size());
    for (const double value : values)
        deviations.push_back(std::abs(value - spread.median));
    const double none = rounding * std::abs(spread.median), average = mean(deviations);
    spread.mad = median(std::move(deviations));
    if (spread.mad > none) {
        spread.by = SpreadBy::median_deviation;
        spread.scale = spread.mad * median_deviations;
    } else if (average > none) {
        spread.by = SpreadBy::mean_deviation;
        spread.scale = average * mean_deviations;
    }
    return spread;
}

} // namespace bytebound
