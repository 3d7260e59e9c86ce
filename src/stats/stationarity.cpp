#include <algorithm>
#include <cmath>

#include "stats/estimate.hpp"

namespace bytebound {

namespace {

constexpr std::uint64_t least_window = 20;
constexpr double relative_tolerance = 0.05;
constexpr double standard_errors = 3;

} // namespace

std::optional<Stationarity> judge_stationarity(std::span<const double> series, std::uint64_t warmup_steps) {
    const std::uint64_t window = std::min<std::uint64_t>(std::max(least_window, warmup_steps / 8), series.size() / 2);
    if (window == 0) return std::nullopt;
    const auto after = series.last(window);
    const auto before = series.subspan(series.size() - 2 * window, window);

    Stationarity result;
    result.window = window;
    result.before = mean(before);
    result.after = mean(after);
    const double difference = std::abs(result.after - result.before);
    const double error = std::sqrt((variance(before) + variance(after)) / static_cast<double>(window));
    result.stationary = difference == 0 || difference < relative_tolerance * std::abs(result.before) ||
                        difference < standard_errors * error;
    return result;
}

} // namespace bytebound
