#pragma once
// Samples whose true statistics are known: blocks of steps with noise of both.

#include <cmath>

#include "base/random.hpp"
#include "stats/estimate.hpp"

namespace bytebound::test {

/// Standard normal by Box and Muller, from uniforms of the upper 53 bits, moved off 0.
inline double normal(Random& random) {
    const auto uniform = [&] { return (static_cast<double>(random.next() >> 11) + 0.5) * 0x1p-53; };
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
}

/// A step is 100 * exp(block * z) * exp(step * z'): z of its block, z' its own, both standard normal.
struct Noise {
    double block = 0, step = 0;
};

inline std::vector<std::vector<double>> noisy(Random& random, const Noise& noise, int blocks, int steps) {
    std::vector<std::vector<double>> out;
    for (int block = 0; block < blocks; ++block) {
        const double level = 100 * std::exp(noise.block * normal(random));
        auto& values = out.emplace_back();
        for (int step = 0; step < steps; ++step)
            values.push_back(level * std::exp(noise.step * normal(random)));
    }
    return out;
}

/// Mean of noisy(): exp of a normal with variance v has the mean exp(v / 2).
inline double true_mean(const Noise& noise) {
    return 100 * std::exp((noise.block * noise.block + noise.step * noise.step) / 2);
}
inline constexpr double true_median = 100;

/// Samples of a statistic, and its true value. Ratios and rates divide noisy() bytes by other noisy() steps, times of a
/// rate by those with half of the noise of the blocks.
struct Synthetic {
    Samples samples;
    double truth = 0;
};
inline Synthetic synthetic(Random& random, Stat stat, const Noise& noise, int blocks, int steps) {
    const Noise calmer{noise.block / 2, noise.step};
    Synthetic out{{noisy(random, noise, blocks, steps), {}}, true_mean(noise)};
    if (stat == Stat::median) out.truth = true_median;
    if (stat == Stat::ratio || stat == Stat::rate) out.samples.denominator = noisy(random, calmer, blocks, steps);
    if (stat == Stat::ratio) out.truth /= true_mean(calmer);
    if (stat == Stat::rate) out.truth /= true_median;
    return out;
}

inline bool covers(const Estimate& estimate, double truth) {
    return estimate.ci_low && *estimate.ci_low <= truth && truth <= *estimate.ci_high;
}

} // namespace bytebound::test
