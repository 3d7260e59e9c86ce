#include <catch2/catch.hpp>

#include <vector>

#include "stats/robust.hpp"

using namespace bytebound;

TEST_CASE("the modified z score divides by the median absolute deviation") {
    // Deviations from 4: 3 2 1 0 1 2 96, sorted 0 1 1 2 2 3 96: MAD 2. z(100) = 0.6745 * 96 / 2 = 32.376.
    const auto spread = robust_spread(std::vector<double>{1, 2, 3, 4, 5, 6, 100});
    REQUIRE(spread);
    CHECK(spread->median == 4);
    CHECK(spread->mad == 2);
    CHECK(spread->by == SpreadBy::median_deviation);
    CHECK(*spread->z_of(100) == Approx(32.376));
    CHECK(*spread->z_of(1) == Approx(-1.01175));
    CHECK(spread->lowest == 1);
    CHECK(spread->highest == 100);
}

TEST_CASE("of an even number of values the median and the MAD are means of the middle two") {
    // Median 2.5; deviations 1.5 0.5 0.5 7.5, sorted 0.5 0.5 1.5 7.5: MAD 1. z(10) = 0.6745 * 7.5.
    const auto spread = robust_spread(std::vector<double>{1, 10, 2, 3});
    CHECK(spread->median == 2.5);
    CHECK(spread->mad == 1);
    CHECK(*spread->z_of(10) == Approx(5.05875));
}

TEST_CASE("where most values are equal, the score divides by the mean absolute deviation") {
    // Median 8, MAD 0; the mean deviation is 4 / 6. z(12) = 4 / (1.2533141 * 4 / 6) = 4.78731.
    const auto spread = robust_spread(std::vector<double>{8, 8, 8, 12, 8, 8});
    CHECK(spread->mad == 0);
    CHECK(spread->by == SpreadBy::mean_deviation);
    CHECK(*spread->z_of(12) == Approx(4.78731).epsilon(1e-5));
    CHECK(*spread->z_of(8) == 0);
}

TEST_CASE("equal values have no scores, and no value has no spread") {
    const auto spread = robust_spread(std::vector<double>{3, 3, 3});
    CHECK(spread->by == SpreadBy::nothing);
    CHECK_FALSE(spread->z_of(3));
    CHECK_FALSE(robust_spread(std::vector<double>{}));
}

TEST_CASE("values that differ by rounding are equal") {
    const auto spread = robust_spread(std::vector<double>{0.1 + 0.2, 0.3, 0.3});
    CHECK(spread->by == SpreadBy::nothing);
}

TEST_CASE("scores do not change where all values are multiplied") {
    const auto small = robust_spread(std::vector<double>{1e-7, 2e-7, 3e-7, 9e-7});
    const auto large = robust_spread(std::vector<double>{1e7, 2e7, 3e7, 9e7});
    CHECK(*small->z_of(9e-7) == Approx(*large->z_of(9e7)));
}
