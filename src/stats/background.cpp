#include "stats/background.hpp"

#include <algorithm>
#include <cstddef>

namespace bytebound {
namespace {

struct Side {
    double bytes = 0, ns = 0;
    std::size_t windows = 0;
    double rate() const { return ns > 0 ? bytes / ns : 0; }
};

Side sum_of(std::span<const IdleWindow> windows) {
    Side side;
    for (const IdleWindow& window : windows) {
        if (window.ns <= 0) continue;
        side.bytes += window.bytes;
        side.ns += window.ns;
        ++side.windows;
    }
    return side;
}

/// Sum of squared distances per ns between each window's bytes and the expectation from its side's rate.
double scatter(std::span<const IdleWindow> windows, double rate) {
    double sum = 0;
    for (const IdleWindow& window : windows) {
        if (window.ns <= 0) continue;
        const double distance = window.bytes - rate * window.ns;
        sum += distance * distance / window.ns;
    }
    return sum;
}

} // namespace

BackgroundNoise background_noise(std::span<const IdleWindow> before, std::span<const IdleWindow> after) {
    const Side first = sum_of(before), last = sum_of(after);
    BackgroundNoise noise;
    noise.idle_ns = first.ns + last.ns;
    if (noise.idle_ns <= 0) return noise;
    noise.rate = (first.bytes + last.bytes) / noise.idle_ns;
    const std::size_t sides = (first.windows > 0) + (last.windows > 0), windows = first.windows + last.windows;
    // Each side's own rate costs one degree of freedom.
    if (windows > sides)
        noise.variance =
            (scatter(before, first.rate()) + scatter(after, last.rate())) / static_cast<double>(windows - sides);
    if (sides == 2) noise.drift = (last.rate() - first.rate()) / 2;
    return noise;
}

double rate_variance(const BackgroundNoise& noise, double measured_ns) {
    const double of_rate = noise.idle_ns > 0 ? noise.variance / noise.idle_ns : 0;
    return std::max(of_rate, noise.drift * noise.drift) * measured_ns * measured_ns;
}

double net_variance(const BackgroundNoise& noise, double measured_ns) {
    return noise.variance * measured_ns + rate_variance(noise, measured_ns);
}

} // namespace bytebound
