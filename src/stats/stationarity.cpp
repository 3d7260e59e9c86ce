#include <algorithm>
#include <cmath>

#include "stats/estimate.hpp"
#include "stats/student.hpp"

namespace bytebound {

namespace {

constexpr std::uint64_t least_window = 20;
constexpr double relative_tolerance = 0.05;
constexpr double standard_errors = 3;

std::uint64_t window_of(std::uint64_t steps, std::uint64_t warmup_steps) {
    return std::min<std::uint64_t>(std::max(least_window, warmup_steps / 8), steps / 2);
}

/// The last `window` values, and as many before them.
struct Windows {
    std::span<const double> before, after;
};

Windows windows_of(std::span<const double> series, std::uint64_t window) {
    return {series.subspan(series.size() - 2 * window, window), series.last(window)};
}

bool within_tolerance(const Stationarity& means) {
    const double difference = std::abs(means.after - means.before);
    return difference == 0 || difference < relative_tolerance * std::abs(means.before);
}

} // namespace

std::optional<Stationarity> judge_stationarity(std::span<const double> series, std::uint64_t warmup_steps) {
    const std::uint64_t window = window_of(series.size(), warmup_steps);
    if (window == 0) return std::nullopt;
    const auto [before, after] = windows_of(series, window);

    Stationarity result;
    result.window = window;
    result.before = mean(before);
    result.after = mean(after);
    const double error = std::sqrt((variance(before) + variance(after)) / static_cast<double>(window));
    result.stationary = within_tolerance(result) || std::abs(result.after - result.before) < standard_errors * error;
    return result;
}

std::optional<Stationarity> judge_segments(std::span<const std::vector<double>> segments, std::uint64_t warmup_steps) {
    if (segments.empty()) return std::nullopt;
    if (segments.size() == 1) return judge_stationarity(std::span<const double>(segments[0]), warmup_steps);
    std::uint64_t steps = segments[0].size();
    for (const auto& segment : segments)
        steps = std::min<std::uint64_t>(steps, segment.size());
    const std::uint64_t window = window_of(steps, warmup_steps);
    if (window == 0) return std::nullopt;

    std::vector<double> means_before, means_after, differences;
    for (const auto& segment : segments) {
        const auto [before, after] = windows_of(segment, window);
        means_before.push_back(mean(before));
        means_after.push_back(mean(after));
        differences.push_back(means_after.back() - means_before.back());
    }
    Stationarity result;
    result.window = window;
    result.before = mean(means_before);
    result.after = mean(means_after);
    const auto count = static_cast<double>(segments.size());
    const double half_width = t_quantile(count - 1) * std::sqrt(variance(differences) / count);
    result.stationary = within_tolerance(result) || std::abs(mean(differences)) <= half_width;
    return result;
}

} // namespace bytebound
