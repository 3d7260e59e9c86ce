#include <catch2/catch.hpp>

#include "stats/estimate.hpp"

using namespace bytebound;

namespace {

using Blocks = std::vector<std::vector<double>>;

Samples single_steps(const std::vector<double>& values) {
    Samples samples;
    for (const double value : values)
        samples.numerator.push_back({value});
    return samples;
}

const std::vector<double> twelve_times = {52, 48, 61, 55, 47, 50, 58, 53, 49, 66, 51, 54};
const std::vector<double> twelve_works = {10, 9, 12, 11, 9, 10, 12, 10, 10, 13, 10, 11};

} // namespace

TEST_CASE("a point estimate pools the steps of all blocks and counts both") {
    const Samples samples{{{1, 2, 3}, {}, {10}}, {}};
    CHECK(*point(samples, Stat::mean) == Estimate{4, Stat::mean, {}, {}, 4, 2});
    CHECK(*point(samples, Stat::median) == Estimate{2.5, Stat::median, {}, {}, 4, 2});
}

TEST_CASE("a ratio is the ratio of sums, not the mean of ratios") {
    // (1 + 9) / (1 + 3) = 2.5; the mean of 1 and 3 would be 2.
    CHECK(point({{{1, 9}}, {{1, 3}}}, Stat::ratio)->value == 2.5);
}

TEST_CASE("no step, or a denominator of 0, gives no estimate") {
    CHECK_FALSE(point({}, Stat::mean).has_value());
    CHECK_FALSE(estimate({{{}, {}}, {}}, Stat::median).has_value());
    CHECK_FALSE(estimate({{{1, 2}}, {{0, 0}}}, Stat::ratio).has_value());
}

TEST_CASE("an interval needs more than one possible resample") {
    CHECK_FALSE(estimate({{{5}}, {}}, Stat::mean)->ci_low.has_value());
    // Runs of ceil(sqrt 2) = 2 steps in 2 steps: only one position.
    CHECK_FALSE(estimate({{{5, 6}}, {}}, Stat::mean)->ci_low.has_value());
    CHECK(estimate({{{5, 6, 7}}, {}}, Stat::mean)->ci_low.has_value());
    CHECK(estimate({{{5}, {6}}, {}}, Stat::mean)->ci_low.has_value());
}

TEST_CASE("a constant figure has an interval of width 0 at its exact value") {
    const auto result = estimate({{{0.1, 0.1, 0.1}, {0.1, 0.1, 0.1}}, {}}, Stat::mean);
    CHECK(*result == Estimate{0.1, Stat::mean, 0.1, 0.1, 6, 2});
    CHECK(*estimate({{{6, 6}, {6, 6}}, {{3, 3}, {3, 3}}}, Stat::ratio) == Estimate{2, Stat::ratio, 2, 2, 4, 2});
}

TEST_CASE("equal seeds give equal intervals and other seeds nearby ones") {
    Samples samples;
    for (int block = 0; block < 8; ++block)
        samples.numerator.push_back(twelve_times);
    const auto first = estimate(samples, Stat::mean), again = estimate(samples, Stat::mean);
    CHECK(*first == *again);
    const auto other = estimate(samples, Stat::mean, {2000, 0.95, 2});
    CHECK(*other->ci_low != *first->ci_low);
    CHECK(*other->ci_low == Approx(*first->ci_low).margin(0.2));
}

// Blocks of one step reduce the hierarchical bootstrap to the plain one, which scipy 1.10 computes:
//   scipy.stats.bootstrap((x,), np.mean, n_resamples=200000, method='percentile', random_state=1) [50.8333, 56.9167]
//   the same with np.median                                                                             [49.5, 56.5]
//   scipy.stats.bootstrap((x, d), lambda a, b, axis: a.sum(axis=axis) / b.sum(axis=axis), paired=True, ...)
//                                                                                                       [4.99194, 5.15748]
// Resampled means are multiples of 1/12, so the ends may differ by one or two of them between generators.
TEST_CASE("intervals of independent steps agree with scipy") {
    const BootstrapOptions options{200000, 0.95, 1};
    Samples samples = single_steps(twelve_times);
    const auto of_mean = estimate(samples, Stat::mean, options);
    CHECK(of_mean->value == Approx(53.6666667));
    CHECK(*of_mean->ci_low == Approx(50.8333).margin(0.1));
    CHECK(*of_mean->ci_high == Approx(56.9167).margin(0.1));

    const auto of_median = estimate(samples, Stat::median, options);
    CHECK(of_median->value == 52.5);
    CHECK(*of_median->ci_low == 49.5);
    CHECK(*of_median->ci_high == 56.5);

    samples.denominator = single_steps(twelve_works).numerator;
    const auto of_ratio = estimate(samples, Stat::ratio, options);
    CHECK(of_ratio->value == Approx(5.0708661));
    CHECK(*of_ratio->ci_low == Approx(4.99194).margin(0.003));
    CHECK(*of_ratio->ci_high == Approx(5.15748).margin(0.003));
}

TEST_CASE("whole blocks are resampled before their steps") {
    // Both blocks are drawn from {0,...} or {10,...}: means 0, 5, 10 with 1/4, 1/2, 1/4, however many steps there are.
    // Steps alone (n = 200) would give 5 +- 0.7.
    const Samples samples{{std::vector<double>(100, 0), std::vector<double>(100, 10)}, {}};
    const auto result = estimate(samples, Stat::mean);
    CHECK(result->value == 5);
    CHECK(*result->ci_low == 0);
    CHECK(*result->ci_high == 10);
}

TEST_CASE("steps are resampled within their block") {
    // Equal blocks {0, 2}: four draws, all 0 with 1/16 and all 2 with 1/16. Whole blocks would always give 1.
    const auto result = estimate({{{0, 2}, {0, 2}}, {}}, Stat::mean);
    CHECK(*result->ci_low == 0);
    CHECK(*result->ci_high == 2);
}

TEST_CASE("one block is resampled in runs of consecutive steps") {
    // n = 4, runs of 2 at steps 0, 1, 2. Only the run at 2 holds the 12: means 0, 3, 6 with 4/9, 4/9, 1/9. Steps drawn
    // one by one would reach 9 with 13/256, above the upper tail's 2.5 %.
    const auto result = estimate({{{0, 0, 0, 12}}, {}}, Stat::mean);
    CHECK(result->value == 3);
    CHECK(*result->ci_low == 0);
    CHECK(*result->ci_high == 6);
}

TEST_CASE("the length of a run is the square root of the number of steps, rounded up, and the last run is truncated") {
    // n = 5, runs of 3 at 0, 1, 2 and a second one cut to 2 steps, which never reaches step 4: means 0 or 3.
    const auto result = estimate({{{0, 0, 0, 0, 15}}, {}}, Stat::mean);
    CHECK(*result->ci_low == 0);
    CHECK(*result->ci_high == 3);
}

TEST_CASE("a resampled median of an even number of steps is the mean of the middle two") {
    // One step per block, two blocks: medians 0, 5, 10 with 1/4, 1/2, 1/4; at level 0.4 the tails are 0.3.
    const auto result = estimate({{{0}, {10}}, {}}, Stat::median, {2000, 0.4, 1});
    CHECK(result->value == 5);
    CHECK(*result->ci_low == 5);
    CHECK(*result->ci_high == 5);
}
