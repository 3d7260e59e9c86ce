#pragma once
// What is drawn in one resample, and the percentile interval of the resampled statistics.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "stats/estimate.hpp"
#include "stats/quantile.hpp"

namespace bytebound {

/// Runs of ceil(sqrt(n)) consecutive steps, for figures with one block: steps that follow one another share the state
/// of caches and clock frequencies, so single steps drawn independently would give too narrow an interval.
struct MovingRuns {
    std::uint32_t steps = 0, length = 0;
    explicit MovingRuns(std::uint32_t n) : steps(n) {
        while (length * std::uint64_t{length} < n)
            ++length;
    }
    /// Number of different places where a run can start. With one, every resample is the sample itself.
    std::uint32_t starts() const { return steps == 0 ? 0 : steps - length + 1; }

    /// Draws `steps` steps: whole runs, the last one cut.
    template <class Take>
    void draw(Random& random, Take&& take) const {
        for (std::uint32_t drawn = 0; drawn < steps;) {
            const std::uint32_t start = random.below(starts());
            const std::uint32_t end = start + std::min(length, steps - drawn);
            for (std::uint32_t step = start; step < end; ++step)
                take(step);
            drawn += end - start;
        }
    }
};

/// `resample()` gives one resampled statistic or nothing (a denominator of 0). Nothing when more than half are missing.
template <class Resample>
std::optional<std::pair<double, double>> percentile_interval(const BootstrapOptions& options, Resample&& resample) {
    std::vector<double> values;
    values.reserve(options.resamples);
    for (std::uint32_t i = 0; i < options.resamples; ++i)
        if (const std::optional<double> value = resample()) values.push_back(*value);
    if (values.empty() || values.size() < options.resamples / 2) return std::nullopt;
    std::sort(values.begin(), values.end());
    const double tail = (1 - options.level) / 2;
    return std::pair(quantile(values, tail), quantile(values, 1 - tail));
}

} // namespace bytebound
