#include <catch2/catch.hpp>

#include "support/stopped_runs.hpp"

namespace bytebound::test {

TEST_CASE("the half width that ends a run is the precision from 18 blocks on, a quarter at 9, a ninth at 6") {
    CHECK(half_width_to_stop(18, 0.05) == 0.05);
    CHECK(half_width_to_stop(1000, 0.05) == 0.05);
    CHECK(half_width_to_stop(9, 0.04) == Approx(0.01));
    CHECK(half_width_to_stop(6, 0.09) == Approx(0.01));
}

TEST_CASE("a half width is relative to the value, and there is none without an interval") {
    CHECK(*relative_half_width(RatioEstimate{2, 1.8, 2.4}) == Approx(0.15));
    CHECK_FALSE(relative_half_width(RatioEstimate{2, {}, {}}));
    CHECK_FALSE(relative_half_width(RatioEstimate{0, 0, 0}));
    CHECK(*relative_half_width(Estimate{100, Stat::median, 90, 120, 5, 5}) == Approx(0.15));
}

TEST_CASE("adding blocks until a ratio is precise leaves 95 percent intervals wrong in 6 percent or fewer", "[slow]") {
    // Standard error 0.35 %: 4000 * (6 % + 1.5 of them) = 261.
    for (const double noise : {0.01, 0.02, 0.03, 0.05, 0.07, 0.1}) {
        Random random(17);
        const Stopped result = stopped_runs(random, 4000, noise, 0.05, half_width_to_stop);
        INFO("noise " << noise << ": " << result.wrong << " wrong of 4000, " << result.blocks << " blocks");
        CHECK(result.wrong <= 261);
        CHECK(result.blocks >= 6);
    }
}

} // namespace bytebound::test
