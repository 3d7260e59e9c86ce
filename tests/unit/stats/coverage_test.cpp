#include <catch2/catch.hpp>
#include <cmath>

#include "base/random.hpp"
#include "stats/estimate.hpp"

using namespace bytebound;

namespace {

/// Standard normal by Box-Muller; [0, 1) from the upper 53 bits, moved away from 0.
double normal(Random& random) {
    const auto uniform = [&] { return (static_cast<double>(random.next() >> 11) + 0.5) * 0x1p-53; };
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
}

/// Figures around 100 with a spread of 5 % between blocks and 3 % within them.
Samples synthetic(Random& random, int blocks, int steps) {
    Samples samples;
    for (int block = 0; block < blocks; ++block) {
        const double level = 100 + 5 * normal(random);
        auto& values = samples.numerator.emplace_back();
        for (int step = 0; step < steps; ++step)
            values.push_back(level + 3 * normal(random));
    }
    return samples;
}

Samples each_step_a_block(const Samples& samples) {
    Samples flat;
    for (const auto& block : samples.numerator)
        for (const double value : block)
            flat.numerator.push_back({value});
    return flat;
}

bool covers(const Samples& samples, double truth, std::uint64_t seed) {
    const auto result = estimate(samples, Stat::mean, {400, 0.95, seed});
    return *result->ci_low <= truth && truth <= *result->ci_high;
}

} // namespace

TEST_CASE("a nominal 95 percent interval covers at least 90 percent at 20 blocks") {
    Random random(20);
    int covered = 0;
    for (std::uint64_t trial = 0; trial < 1000; ++trial)
        covered += covers(synthetic(random, 20, 10), 100, trial);
    INFO(covered << " of 1000");
    CHECK(covered >= 900);
    CHECK(covered <= 970); // an interval that always covers would be useless
}

TEST_CASE("treating steps as independent covers far less, which is why blocks are resampled first") {
    // 250 steps in 5 blocks: the half width is 1.96*sqrt(34/250) = 0.72, the true spread of the mean sqrt(25/5 + 9/250)
    // = 2.24, so P(|z| < 0.32) = 25 % are covered.
    Random random(5);
    int plain = 0, hierarchical = 0;
    for (std::uint64_t trial = 0; trial < 300; ++trial) {
        const Samples samples = synthetic(random, 5, 50);
        plain += covers(each_step_a_block(samples), 100, trial);
        hierarchical += covers(samples, 100, trial);
    }
    INFO("plain " << plain << ", hierarchical " << hierarchical << " of 300");
    CHECK(plain < 105);
    CHECK(hierarchical > 210); // with few blocks below the nominal level, hence the flag few_blocks
}
