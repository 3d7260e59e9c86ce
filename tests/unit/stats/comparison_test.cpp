#include <catch2/catch.hpp>

#include <cmath>

#include "stats/estimate.hpp"
#include "unit/stats/t_quantiles.hpp"

using namespace bytebound;
using test::t_of_1, test::t_of_2;

TEST_CASE("a comparison divides the value of the other loop by the value of this one") {
    const Samples loop{{{2, 2}, {4, 4}}, {}}, vs{{{9, 9}, {9, 9}}, {}};
    CHECK(compare(loop, vs, Stat::mean)->ratio == 3);
    CHECK(*compare_points(loop, vs, Stat::mean) == RatioEstimate{3, {}, {}});
}

TEST_CASE("a value of 0 cannot be compared with") {
    CHECK_FALSE(compare({{{0, 0}, {0, 0}}, {}}, {{{1, 1}, {1, 1}}, {}}, Stat::mean).has_value());
    CHECK_FALSE(compare({}, {{{1}}, {}}, Stat::mean).has_value());
    CHECK(compare({{{1, 1}, {1, 1}}, {}}, {{{0, 0}, {0, 0}}, {}}, Stat::mean)->ratio == 0);
}

TEST_CASE("block i of both loops makes one pair") {
    // Every block has the ratio 2, whatever its level: nothing is uncertain, and no test applies.
    const Samples loop{{{1, 1}, {2, 2}}, {}}, vs{{{2, 2}, {4, 4}}, {}};
    for (const Stat stat : {Stat::mean, Stat::median})
        CHECK(*compare(loop, vs, stat) == RatioEstimate{2, 2.0, 2.0, {}, 2});
}

TEST_CASE("blocks are compared as wholes") {
    // Equal block means, scattered steps.
    const Samples loop{{{0, 2}, {2, 0}, {1, 1}}, {}}, vs{{{1, 1}, {0, 2}, {2, 0}}, {}};
    CHECK(*compare(loop, vs, Stat::mean) == RatioEstimate{1, 1.0, 1.0, {}, 3});
}

TEST_CASE("ratios of sums are compared as ratios of sums") {
    const Samples loop{{{2}, {4}}, {{1}, {2}}}, vs{{{6}, {12}}, {{1}, {2}}};
    CHECK(*compare(loop, vs, Stat::ratio) == RatioEstimate{3, 3.0, 3.0, {}, 2});
}

TEST_CASE("the interval of a ratio of medians is Student's on the logarithms of the blocks' ratios") {
    // Ratios 1, 2 and 4 over blocks of 10: mean logarithm log 2, deviation log 2, over sqrt 3.
    const auto result = compare({{{10}, {10}, {10}}, {}}, {{{10}, {20}, {40}}, {}}, Stat::median);
    CHECK(result->ratio == 2);
    CHECK(*result->ci_low == Approx(2 * std::pow(2, -t_of_2 / std::sqrt(3))).epsilon(1e-12));
    CHECK(*result->ci_high == Approx(2 * std::pow(2, t_of_2 / std::sqrt(3))).epsilon(1e-12));
    // t = sqrt 3: scipy.stats.ttest_1samp([0, log 2, 2 log 2], 0)
    CHECK(*result->p_value == Approx(0.2254033307585166).epsilon(1e-12));
}

TEST_CASE("the interval of a ratio of means is around the ratio of the means") {
    // Ratios 1 and 4: deviation sqrt 2 * log 2, over sqrt 2; the ratio of the means is 5/2.
    const auto result = compare({{{1}, {1}}, {}}, {{{1}, {4}}, {}}, Stat::mean);
    CHECK(result->ratio == 2.5);
    CHECK(*result->ci_low == Approx(2.5 * std::pow(2, -t_of_1)).epsilon(1e-12));
    CHECK(*result->ci_high == Approx(2.5 * std::pow(2, t_of_1)).epsilon(1e-12));
    // t = log2(2.5) = 1.3219 with 1 degree of freedom: 1 - 2 atan(t)/pi
    CHECK(*result->p_value == Approx(1 - 2 * std::atan(std::log2(2.5)) / M_PI).epsilon(1e-12));
}

TEST_CASE("blocks that can be 0 are compared by their differences") {
    // Fieller's interval: loop 9, 10, 11 (mean 10, variance 1), vs 0, 1, 2 (mean 1, variance 1, covariance 1).
    // |1 - 10 r| <= t sqrt((1 - r)^2 / 3): r = (1 -+ c)/(10 -+ c), c = t / sqrt 3 = 2.48414
    const double c = t_of_2 / std::sqrt(3);
    const auto result = compare({{{9}, {10}, {11}}, {}}, {{{0}, {1}, {2}}, {}}, Stat::mean);
    CHECK(result->ratio == Approx(0.1));
    CHECK(*result->ci_low == 0); // (1 - c) / (10 - c) = -0.197, but no time and no count is below 0
    CHECK(*result->ci_high == Approx((1 + c) / (10 + c)).epsilon(1e-9));
    CHECK_FALSE(result->p_value.has_value()); // every difference is 9
    CHECK(judge(*result) == Verdict::worse);
}

TEST_CASE("nothing is compared with a value that does not differ from 0 significantly") {
    const auto result = compare({{{-1}, {0}, {2}}, {}}, {{{9}, {10}, {11}}, {}}, Stat::mean);
    CHECK(result->ratio == Approx(30));
    CHECK_FALSE(result->ci_low.has_value());
    CHECK_FALSE(result->ci_high.has_value());
    CHECK(judge(*result) == Verdict::unresolved);
}

TEST_CASE("one block in common has a ratio but no interval and no test") {
    const RatioEstimate alone{3, {}, {}, {}, 1};
    CHECK(*compare({{{1, 2, 3, 4}}, {}}, {{{3, 6, 9, 12}}, {}}, Stat::mean) == alone);
    CHECK(*compare({{{1}, {}}, {}}, {{{3}, {}}, {}}, Stat::median) == alone);
}

TEST_CASE("block numbers agree although a block of one loop is empty") {
    // Blocks 0 and 2 both have the ratio 2. Paired by position among the filled ones, 20 would meet 1.
    const Samples loop{{{1}, {}, {10}}, {}}, vs{{{2}, {}, {20}}, {}};
    CHECK(*compare(loop, vs, Stat::mean) == RatioEstimate{2, 2.0, 2.0, {}, 2});
    const Samples hole{{{1}, {5}, {10}}, {}};
    CHECK(*compare(hole, {{{2}, {}, {20}}, {}}, Stat::median)->ci_high >= 2);
}

TEST_CASE("blocks of two runs are no pairs: Welch's t on the logarithms") {
    // scipy.stats.ttest_ind of the logarithms, equal_var=False: p = 0.000955. Satterthwaite's degrees of freedom are
    // 3.99962, their t times the error 0.215027; the means differ by 0.674874.
    const RunFigure base{{{{100}, {110}, {121}}, {}}}, head{{{{200}, {240}, {210}}, {}}};
    const auto result = compare_runs(base, head, Stat::median);
    REQUIRE(result);
    CHECK(result->ratio == Approx(210.0 / 110).epsilon(1e-15));
    CHECK(*result->ci_low == Approx(std::exp(0.6748742410767488 - 0.21502719442309018)).epsilon(1e-9));
    CHECK(*result->ci_high == Approx(std::exp(0.6748742410767488 + 0.21502719442309018)).epsilon(1e-9));
    CHECK(*result->p_value == Approx(0.0009554368554852156).epsilon(1e-9));
    // The order of the blocks does not matter, unlike that of pairs.
    CHECK(*compare_runs({{{{121}, {100}, {110}}, {}}}, head, Stat::median)->ci_low == Approx(*result->ci_low));
}

TEST_CASE("two runs with unlike and few blocks have the degrees of freedom of the shorter one") {
    // The means of the logarithms differ by 0.688998, with an error of 0.106481; scipy.stats.t.sf with 1 degree of
    // freedom.
    const auto result = compare_runs({{{{100}, {110}, {121}}, {}}}, {{{{200}, {240}}, {}}}, Stat::median);
    CHECK(*result->ci_low == Approx(std::exp(0.6889977791525972 - t_of_1 * 0.10648144271524689)).epsilon(1e-9));
    CHECK(*result->ci_high == Approx(std::exp(0.6889977791525972 + t_of_1 * 0.10648144271524689)).epsilon(1e-9));
    CHECK(*result->p_value == Approx(0.09761440110027411).epsilon(1e-9));
}

TEST_CASE("two runs without scatter differ by their ratio, and no test applies") {
    CHECK(*compare_runs({{{{2}, {2}}, {}}}, {{{{6}, {6}, {6}}, {}}}, Stat::mean) == RatioEstimate{3, 3.0, 3.0, {}});
}

TEST_CASE("one block in either run gives a ratio without interval") {
    const RatioEstimate alone{3, {}, {}, {}};
    CHECK(*compare_runs({{{{2}}, {}}}, {{{{6}, {7}, {5}}, {}}}, Stat::mean) == alone);
    CHECK(*compare_runs({{{{2}, {2}}, {}}}, {{{{6}}, {}}}, Stat::mean) == alone);
    CHECK_FALSE(compare_runs({{{{0}, {0}}, {}}}, {{{{6}, {6}}, {}}}, Stat::mean));
}

TEST_CASE("what was subtracted from all blocks alike widens the interval of two runs") {
    // Without scatter it is all: deviations 3 of 100 and 8 of 200, on logarithms hypot(0.03, 0.04) = 0.05; z
    // is 1.959964.
    const auto result = compare_runs({{{{100}, {100}}, {}}, 3}, {{{{200}, {200}}, {}}, 8}, Stat::mean);
    CHECK(*result->ci_low == Approx(2 * std::exp(-0.05 * 1.959963984540054)).epsilon(1e-9));
    CHECK(*result->ci_high == Approx(2 * std::exp(0.05 * 1.959963984540054)).epsilon(1e-9));
}

TEST_CASE("a verdict is unresolved when the interval contains 1") {
    CHECK(judge({1.7, 1.6, 1.8}) == Verdict::better);
    CHECK(judge({0.7, 0.6, 0.8}) == Verdict::worse);
    CHECK(judge({1.1, 1.0, 1.2}) == Verdict::unresolved);
    CHECK(judge({0.9, 0.8, 1.0}) == Verdict::unresolved);
    CHECK(judge({5, {}, {}}) == Verdict::unresolved);
}

TEST_CASE("an interval within one percent of 1 is the same, even where it excludes 1") {
    CHECK(judge({1.0, 0.99, 1.01}) == Verdict::same);
    CHECK(judge({1.005, 1.001, 1.009}) == Verdict::same);
    CHECK(judge({1.005, 1.001, 1.011}) == Verdict::better);
    CHECK(judge({0.995, 0.989, 0.999}) == Verdict::worse);
    CHECK(judge({1.0, 0.989, 1.01}) == Verdict::unresolved);
    CHECK(judge({1.03, 0.96, 1.05}, 0.05) == Verdict::same);
    CHECK(judge({1, 1, 1}, 0) == Verdict::same);
}

TEST_CASE("computed figures are judged by value and equal ones are the same") {
    CHECK(judge_by_value({1.001, {}, {}}) == Verdict::better);
    CHECK(judge_by_value({0.999, {}, {}}) == Verdict::worse);
    CHECK(judge_by_value({1, {}, {}}) == Verdict::same);
}

TEST_CASE("Holm multiplies the smallest p value by the number of tests, the next by one fewer, and keeps the order") {
    // 0.01*4, 0.03*3 -> 0.06 from 0.02*3, 0.04*2 = 0.08, 0.9*1
    CHECK(holm_adjusted(std::vector<double>{0.9, 0.01, 0.04, 0.02}) ==
          std::vector<double>{0.9, 0.04, 2 * 0.04, 3 * 0.02});
    // 0.03*2 = 0.06 would be above 0.04*1, which therefore rises to it; none rises above 1.
    CHECK(holm_adjusted(std::vector<double>{0.04, 0.03}) == std::vector<double>{0.06, 0.06});
    CHECK(holm_adjusted(std::vector<double>{0.6, 0.7, 0.8}) == std::vector<double>{1, 1, 1});
    CHECK(holm_adjusted({}).empty());
}
