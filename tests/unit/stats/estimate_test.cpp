#include <catch2/catch.hpp>

#include <cmath>

#include "stats/estimate.hpp"
#include "unit/stats/t_quantiles.hpp"

using namespace bytebound;
using test::t_of_1, test::t_of_2;

TEST_CASE("a point estimate pools the steps of all blocks and counts both") {
    const Samples samples{{{1, 2, 3}, {}, {10}}, {}};
    CHECK(*point(samples, Stat::mean) == Estimate{4, Stat::mean, {}, {}, 4, 2});
    CHECK(*point(samples, Stat::median) == Estimate{2.5, Stat::median, {}, {}, 4, 2});
}

TEST_CASE("a ratio is the ratio of sums, not the mean of ratios") {
    // (1 + 9) / (1 + 3) = 2.5; the mean of 1 and 3 would be 2.
    CHECK(point({{{1, 9}}, {{1, 3}}}, Stat::ratio)->value == 2.5);
}

TEST_CASE("a rate is the mean of the bytes over the median of the times, whose steps may be others") {
    // (10 + 20 + 60) / 3 = 30 over the median of 1, 2, 90, 3.
    const auto rate = point({{{10, 20}, {60}}, {{1, 2, 90}, {3}}}, Stat::rate);
    CHECK(*rate == Estimate{12, Stat::rate, {}, {}, 3, 2});
    CHECK_FALSE(point({{{10}}, {{}}}, Stat::rate).has_value());
    CHECK_FALSE(point({{{10}}, {{0}}}, Stat::rate).has_value());
}

TEST_CASE("no step, or a denominator of 0, gives no estimate") {
    CHECK_FALSE(point({}, Stat::mean).has_value());
    CHECK_FALSE(estimate({{{}, {}}, {}}, Stat::median).has_value());
    CHECK_FALSE(estimate({{{1, 2}}, {{0, 0}}}, Stat::ratio).has_value());
}

TEST_CASE("one block has no interval, however many steps it has") {
    CHECK_FALSE(estimate({{{5}}, {}}, Stat::mean)->ci_low.has_value());
    CHECK_FALSE(estimate({{{5, 6, 7, 5, 6, 7, 5, 6, 7}}, {}}, Stat::mean)->ci_low.has_value());
    CHECK_FALSE(estimate({{{5, 5, 5}, {}}, {}}, Stat::median)->ci_high.has_value());
    CHECK(estimate({{{5}, {6}}, {}}, Stat::mean)->ci_low.has_value());
}

TEST_CASE("a constant figure has an interval of width 0 at its exact value") {
    const auto result = estimate({{{0.1, 0.1, 0.1}, {0.1, 0.1, 0.1}}, {}}, Stat::mean);
    CHECK(*result == Estimate{0.1, Stat::mean, 0.1, 0.1, 6, 2});
    CHECK(*estimate({{{6, 6}, {6, 6}}, {{3, 3}, {3, 3}}}, Stat::ratio) == Estimate{2, Stat::ratio, 2, 2, 4, 2});
    CHECK(*estimate({{{0, 0}, {0, 0}}, {}}, Stat::mean) == Estimate{0, Stat::mean, 0, 0, 4, 2});
    CHECK(*estimate({{{-3}, {-3}}, {}}, Stat::mean) == Estimate{-3, Stat::mean, -3, -3, 2, 2});
}

TEST_CASE("equal blocks of unequal steps are exact, and the interval still contains the value") {
    CHECK(*estimate({{{1, 3}, {2, 2}}, {}}, Stat::mean) == Estimate{2, Stat::mean, 2, 2, 4, 2});
    // Both blocks have the median 2, all six steps 2.5.
    const auto result = estimate({{{1, 2, 3}, {1, 3, 2}, {3, 3, 3}, {3, 3, 3}}, {}}, Stat::median);
    CHECK(*result->ci_low <= result->value);
    CHECK(result->value <= *result->ci_high);
}

TEST_CASE("the interval of a mean is Student's on the logarithms of the blocks, around the value") {
    // Blocks 2 and 8: logarithms log 2 and 3 log 2, deviation sqrt 2 * log 2, over sqrt 2: log 2. Around 5.
    const auto result = estimate({{{1, 3}, {7, 9}}, {}}, Stat::mean);
    CHECK(result->value == 5);
    CHECK(*result->ci_low == Approx(5 * std::pow(2, -t_of_1)).epsilon(1e-12));
    CHECK(*result->ci_high == Approx(5 * std::pow(2, t_of_1)).epsilon(1e-12));
}

TEST_CASE("the interval of a median is Student's on the logarithms of the blocks, around their own mean") {
    // Medians 2, 4 and 8: logarithms 1, 2, 3 times log 2, deviation log 2, over sqrt 3. Around 4; the value is 3.
    const auto result = estimate({{{2, 2}, {2, 4, 4, 4, 8}, {8, 8}}, {}}, Stat::median);
    CHECK(result->value == 4);
    CHECK(*result->ci_low == Approx(4 * std::pow(2, -t_of_2 / std::sqrt(3))).epsilon(1e-12));
    CHECK(*result->ci_high == Approx(4 * std::pow(2, t_of_2 / std::sqrt(3))).epsilon(1e-12));
}

TEST_CASE("an interval never leaves its value out") {
    // Medians 100, 100, 100 and 1: the pooled median is 100, above almost all of the interval of their logarithms.
    Samples samples;
    for (int block = 0; block < 30; ++block)
        samples.numerator.push_back({block % 5 == 0 ? 1.0 : 100.0});
    const auto result = estimate(samples, Stat::median);
    CHECK(result->value == 100);
    CHECK(*result->ci_high == 100);
}

TEST_CASE("a figure that can be 0 has Student's interval on the blocks themselves") {
    // Blocks 0, 1 and 2: deviation 1, over sqrt 3; below 0 a count cannot be.
    const auto counts = estimate({{{0, 0}, {0, 2}, {2, 2}}, {}}, Stat::mean);
    CHECK(counts->value == 1);
    CHECK(*counts->ci_low == 0);
    CHECK(*counts->ci_high == Approx(1 + t_of_2 / std::sqrt(3)).epsilon(1e-12));
    const auto differences = estimate({{{-1}, {0}, {1}}, {}}, Stat::mean);
    CHECK(*differences->ci_low == Approx(-t_of_2 / std::sqrt(3)).epsilon(1e-12));
    CHECK(*differences->ci_high == Approx(t_of_2 / std::sqrt(3)).epsilon(1e-12));
}

TEST_CASE("a block counts once, however many steps it has, and the value weighs steps") {
    // Blocks 0 and 10 of 3 and 1 steps: value 2.5; deviation 10/sqrt 2; the weights 3/4 and 1/4 retain 10/16 of the
    // variance, where equal ones retain 1/2.
    const auto result = estimate({{{0, 0, 0}, {10}}, {}}, Stat::mean);
    CHECK(result->value == 2.5);
    CHECK(*result->ci_high == Approx(2.5 + t_of_1 * std::sqrt(50.0 * 10 / 16)).epsilon(1e-12));
}

TEST_CASE("a ratio weighs its blocks by their denominators") {
    // Ratios 1 and 4, denominators 3 and 1: value 7/4, logarithms 0 and 2 log 2, variance 2 log^2 2, of it 10/16.
    const auto result = estimate({{{3}, {4}}, {{3}, {1}}}, Stat::ratio);
    CHECK(result->value == 1.75);
    CHECK(*result->ci_high == Approx(1.75 * std::pow(2, t_of_1 * std::sqrt(2 * 10.0 / 16))).epsilon(1e-12));
}

TEST_CASE("blocks without a value are left out") {
    const auto with = estimate({{{1, 3}, {}, {7, 9}}, {}}, Stat::mean),
               without = estimate({{{1, 3}, {7, 9}}, {}}, Stat::mean);
    CHECK(*with == *without);
    // The second block's times are missing: its rate is not known, its bytes are.
    const auto rate = estimate({{{4}, {4}, {4}}, {{1}, {}, {2}}}, Stat::rate);
    CHECK(rate->value == Approx(4 / 1.5));
    CHECK(rate->blocks == 2);
    CHECK(*rate->ci_high == Approx(std::sqrt(8) * std::pow(2, t_of_1 / 2)).epsilon(1e-12));
}

TEST_CASE("a common offset of 1e15 does not blur the interval") {
    // Blocks b, b + 1, b + 2 as without the offset, to the rounding of 1/8 that doubles have there.
    const auto result = estimate({{{1e15}, {1e15 + 1}, {1e15 + 2}}, {}}, Stat::mean);
    CHECK(result->value == 1e15 + 1);
    CHECK(std::abs(*result->ci_low - (1e15 + 1 - t_of_2 / std::sqrt(3))) <= 0.125);
    CHECK(std::abs(*result->ci_high - (1e15 + 1 + t_of_2 / std::sqrt(3))) <= 0.125);
}

TEST_CASE("an interval beyond what a double holds is none") {
    CHECK_FALSE(estimate({{{1e-200}, {1e200}}, {}}, Stat::median)->ci_high.has_value());
    CHECK_FALSE(estimate({{{1e-200}, {1e200}}, {}}, Stat::median)->ci_low.has_value());
}

TEST_CASE("the median of independent samples lies between order statistics from 6 samples on") {
    // P(all 6 on one side) = 2/64 = 0.031: the extremes. Of 5: 2/32 = 0.0625, so Student's instead, far wider.
    const auto six = median_of_independent(std::vector<double>{6, 1, 5, 2, 4, 3});
    CHECK(*six == Estimate{3.5, Stat::median, 1, 6, 6, 6});
    const auto five = median_of_independent(std::vector<double>{1, 2, 3, 4, 5});
    CHECK(five->value == 3);
    CHECK(*five->ci_low < 1.5);
    CHECK(*five->ci_high > 4.5);
    // scipy.stats.binom.cdf(5, 20, 0.5) = 0.0207, cdf(6) = 0.0577: the 6th and the 15th of 20.
    std::vector<double> twenty;
    for (int i = 1; i <= 20; ++i)
        twenty.push_back(i);
    CHECK(*median_of_independent(twenty) == Estimate{10.5, Stat::median, 6, 15, 20, 20});
    CHECK_FALSE(median_of_independent({}).has_value());
}
