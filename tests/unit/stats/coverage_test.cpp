// What bench/coverage.cpp tabulates, at a few places: docs/statistics.md.

#include <catch2/catch.hpp>

#include "support/synthetic_blocks.hpp"

namespace bytebound::test {
namespace {

constexpr int trials = 2000, steps = 20;
/// Of 2000 trials: 93 % less and 97.5 % plus two standard errors (0.5 %).
constexpr int least = 1840, most = 1970;

int covered(Stat stat, const Noise& noise, int blocks) {
    Random random(static_cast<std::uint64_t>(blocks));
    int count = 0;
    for (int trial = 0; trial < trials; ++trial) {
        const Synthetic data = synthetic(random, stat, noise, blocks, steps);
        count += covers(*estimate(data.samples, stat), data.truth);
    }
    return count;
}

int decided(Stat stat, const Noise& noise, int blocks) {
    Random random(static_cast<std::uint64_t>(blocks));
    int count = 0;
    for (int trial = 0; trial < trials; ++trial) {
        const Synthetic loop = synthetic(random, stat, noise, blocks, steps);
        const Synthetic vs = synthetic(random, stat, noise, blocks, steps);
        const Verdict verdict = judge(*compare(loop.samples, vs.samples, stat));
        count += verdict == Verdict::better || verdict == Verdict::worse;
    }
    return count;
}

/// Of two runs that do the same, with so many blocks each.
int decided_runs(Stat stat, const Noise& noise, int base_blocks, int head_blocks) {
    Random random(static_cast<std::uint64_t>(base_blocks));
    int count = 0;
    for (int trial = 0; trial < trials; ++trial) {
        const Synthetic base = synthetic(random, stat, noise, base_blocks, steps);
        const Synthetic head = synthetic(random, stat, noise, head_blocks, steps);
        const Verdict verdict = judge(*compare_runs({base.samples}, {head.samples}, stat));
        count += verdict == Verdict::better || verdict == Verdict::worse;
    }
    return count;
}

} // namespace

TEST_CASE(
    "two runs that do the same are called different in 6 percent or fewer, with equal and unlike numbers of blocks",
    "[slow]") {
    for (const Stat stat : {Stat::median, Stat::mean})
        for (const Noise noise : {Noise{0.1, 0.1}, Noise{0.1, 0.5}})
            for (const auto& [base_blocks, head_blocks] : {std::pair(2, 2), std::pair(3, 3), std::pair(2, 6),
                                                           std::pair(10, 3), std::pair(6, 6), std::pair(18, 6)}) {
                const int count = decided_runs(stat, noise, base_blocks, head_blocks);
                INFO(name_of(stat) << ", " << base_blocks << " and " << head_blocks << " blocks: " << count);
                CHECK(count <= 130); // 6 % and one standard error
            }
}

TEST_CASE("a 95 percent interval covers in 93 to 97.5 percent, at 2 blocks as at 20", "[slow]") {
    for (const Stat stat : {Stat::median, Stat::mean, Stat::ratio, Stat::rate})
        for (const Noise noise : {Noise{0.1, 0.1}, Noise{0.1, 0.02}, Noise{0.1, 0.5}, Noise{0, 0.1}})
            for (const int blocks : {2, 3, 5, 20}) {
                const int count = covered(stat, noise, blocks);
                INFO(name_of(stat) << ", " << blocks << " blocks: " << count << " of " << trials);
                CHECK(count >= least);
                CHECK(count <= most);
            }
}

TEST_CASE("two loops that do the same are called different in 6 percent or fewer, at 2 blocks as at 20", "[slow]") {
    for (const Stat stat : {Stat::median, Stat::mean})
        for (const Noise noise : {Noise{0.1, 0.1}, Noise{0.1, 0.02}, Noise{0.1, 0.5}})
            for (const int blocks : {2, 3, 5, 20}) {
                const int count = decided(stat, noise, blocks);
                INFO(name_of(stat) << ", " << blocks << " blocks: " << count << " of " << trials);
                CHECK(count <= 130); // 6 % and one standard error
            }
}

TEST_CASE("steps taken as independent cover far less, which is why blocks are the observations") {
    // 250 steps in 5 blocks: half width 1.97*sqrt((5^2 + 3^2)/250) = 0.73, true spread of the mean sqrt(25/5 + 9/250) =
    // 2.24, so P(|z| < 0.32) = 25 % are covered.
    Random random(5);
    int plain = 0, by_blocks = 0;
    for (int trial = 0; trial < 300; ++trial) {
        const Samples samples{noisy(random, {0.05, 0.03}, 5, 50), {}};
        Samples apart;
        for (const auto& block : samples.numerator)
            for (const double value : block)
                apart.numerator.push_back({value});
        plain += covers(*estimate(apart, Stat::mean), true_mean({0.05, 0.03}));
        by_blocks += covers(*estimate(samples, Stat::mean), true_mean({0.05, 0.03}));
    }
    INFO("plain " << plain << ", by blocks " << by_blocks << " of 300");
    CHECK(plain < 105);
    CHECK(by_blocks > 270);
}

TEST_CASE("the median of independent samples is covered by its order statistics, skewed as they may be") {
    // One round of five is slowed by up to a half: the mean of the logarithms would be 4 % off.
    Random random(7);
    int count = 0;
    for (int trial = 0; trial < trials; ++trial) {
        std::vector<double> rounds;
        for (int round = 0; round < 20; ++round) {
            const double value = 100 + normal(random);
            rounds.push_back(random.below(5) == 0 ? value * (1 - 0.5 * random.below(1000) / 1000) : value);
        }
        // The median of the mixture: P(below) = 1/2 where 4/5 Phi(z) + 1/5 = 1/2, Phi(z) = 3/8, z = -0.3186.
        count += covers(*median_of_independent(rounds), 100 - 0.3186);
    }
    INFO(count << " of " << trials);
    CHECK(count >= least);
}

} // namespace bytebound::test
