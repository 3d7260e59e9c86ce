#include <catch2/catch.hpp>

#include "stats/estimate.hpp"

using namespace bytebound;

TEST_CASE("a comparison divides the value of the other loop by the value of this one") {
    const Samples loop{{{2, 2}, {4, 4}}, {}}, vs{{{9, 9}, {9, 9}}, {}};
    CHECK(compare(loop, vs, Stat::mean)->ratio == 3);
    CHECK(*compare_points(loop, vs, Stat::mean) == RatioEstimate{3, {}, {}});
}

TEST_CASE("nothing is compared with a value of 0") {
    CHECK_FALSE(compare({{{0, 0}, {0, 0}}, {}}, {{{1, 1}, {1, 1}}, {}}, Stat::mean).has_value());
    CHECK_FALSE(compare({}, {{{1}}, {}}, Stat::mean).has_value());
    CHECK(compare({{{1, 1}, {1, 1}}, {}}, {{{0, 0}, {0, 0}}, {}}, Stat::mean)->ratio == 0);
}

TEST_CASE("both loops are resampled with the same blocks") {
    // Every block has the ratio 2, so every joint resample has it; independent ones would spread from 1 to 4.
    const Samples loop{{{1, 1}, {2, 2}}, {}}, vs{{{2, 2}, {4, 4}}, {}};
    for (const Stat stat : {Stat::mean, Stat::median})
        CHECK(*compare(loop, vs, stat) == RatioEstimate{2, 2.0, 2.0});
}

TEST_CASE("whole blocks are compared") {
    // Equal block means, scattered steps: whole blocks always give 1.
    const Samples loop{{{0, 2}, {2, 0}, {1, 1}}, {}}, vs{{{1, 1}, {0, 2}, {2, 0}}, {}};
    CHECK(*compare(loop, vs, Stat::mean) == RatioEstimate{1, 1.0, 1.0});
}

TEST_CASE("ratios of sums are compared as ratios of sums") {
    const Samples loop{{{2}, {4}}, {{1}, {2}}}, vs{{{6}, {12}}, {{1}, {2}}};
    CHECK(*compare(loop, vs, Stat::ratio) == RatioEstimate{3, 3.0, 3.0});
}

TEST_CASE("a single block is compared in runs at the same positions of both loops") {
    // Proportional steps: the same runs in both always give 3.
    const Samples loop{{{1, 2, 3, 4, 5, 6, 7, 8, 9}}, {}}, vs{{{3, 6, 9, 12, 15, 18, 21, 24, 27}}, {}};
    const auto result = compare(loop, vs, Stat::mean);
    CHECK(result->ratio == 3);
    CHECK(*result->ci_low == Approx(3).epsilon(1e-12));
    CHECK(*result->ci_high == Approx(3).epsilon(1e-12));
    CHECK_FALSE(compare({{{1, 2}}, {}}, {{{2, 4}}, {}}, Stat::mean)->ci_low.has_value());
}

TEST_CASE("blocks are paired by number even if a block of one loop is empty") {
    // Blocks 0 and 2 both have the ratio 2. Pairing by position among non-empty blocks would combine 20 with 1.
    const Samples loop{{{1}, {}, {10}}, {}}, vs{{{2}, {}, {20}}, {}};
    const auto result = compare(loop, vs, Stat::mean);
    CHECK(*result == RatioEstimate{2, 2.0, 2.0});
}

TEST_CASE("a verdict is unresolved if the interval includes 1") {
    CHECK(judge({1.7, 1.6, 1.8}) == Verdict::better);
    CHECK(judge({0.7, 0.6, 0.8}) == Verdict::worse);
    CHECK(judge({1.1, 1.0, 1.2}) == Verdict::unresolved);
    CHECK(judge({0.9, 0.8, 1.0}) == Verdict::unresolved);
    CHECK(judge({5, {}, {}}) == Verdict::unresolved);
}

TEST_CASE("computed figures are judged by their values, and equal ones are unresolved") {
    CHECK(judge_by_value({1.001, {}, {}}) == Verdict::better);
    CHECK(judge_by_value({0.999, {}, {}}) == Verdict::worse);
    CHECK(judge_by_value({1, {}, {}}) == Verdict::unresolved);
}
