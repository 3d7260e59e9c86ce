#include <catch2/catch.hpp>

#include "stats/reading_cost.hpp"

using namespace bytebound;

TEST_CASE("the cost of readings is their median, its interval, and the range of 95 % of them") {
    std::vector<double> readings;
    for (int i = 1000; i >= 0; --i)
        readings.push_back(100 + i);
    const auto cost = cost_of_readings(readings);
    REQUIRE(cost);
    CHECK(cost->n == 1001);
    CHECK(cost->median == 600);
    // Order statistics 470 and 532 of 1001: scipy.stats.binom.ppf(0.025, 1001, 0.5) = 470.
    CHECK(cost->ci_low == 569);
    CHECK(cost->ci_high == 631);
    CHECK(cost->range_low == 125); // numpy.quantile
    CHECK(cost->range_high == 1075);
    CHECK(cost->spread() == 475);
}

TEST_CASE("one reading in a hundred that was interrupted does not move the cost") {
    std::vector<double> readings(990, 20);
    readings.insert(readings.end(), 10, 50'000);
    const auto cost = cost_of_readings(readings);
    REQUIRE(cost);
    CHECK(*cost == ReadingCost{1000, 20, 20, 20, 20, 20});
    CHECK(cost->spread() == 1); // the tick of a clock, one count
}

TEST_CASE("fewer than six readings have no cost") {
    CHECK_FALSE(cost_of_readings({1, 2, 3, 4, 5}));
    CHECK(cost_of_readings({1, 2, 3, 4, 5, 6}));
    CHECK_FALSE(cost_of_readings({}));
}
