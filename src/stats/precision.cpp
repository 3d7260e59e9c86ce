#include <algorithm>
#include <cmath>

#include "stats/estimate.hpp"

namespace bytebound {
namespace {

/// With fewer blocks the required width is smaller, by the square of this share (docs/statistics.md).
constexpr double lenient_from_blocks = 18;

std::optional<double> half_width(std::optional<double> low, std::optional<double> high, double value) {
    if (!low || !high || !(value > 0)) return std::nullopt;
    return (*high - *low) / 2 / value;
}

} // namespace

std::optional<double> relative_half_width(const RatioEstimate& ratio) {
    return half_width(ratio.ci_low, ratio.ci_high, ratio.ratio);
}

std::optional<double> relative_half_width(const Estimate& estimate) {
    return half_width(estimate.ci_low, estimate.ci_high, estimate.value);
}

double half_width_to_stop(std::uint64_t blocks, double precision) {
    return precision * std::pow(std::min(1.0, static_cast<double>(blocks) / lenient_from_blocks), 2);
}

} // namespace bytebound
