#include <catch2/catch.hpp>

#include "stats/estimate.hpp"

using namespace bytebound;

namespace {

std::optional<double> trend(std::vector<double> values) { return trend_p_value(values); }

} // namespace

TEST_CASE("blocks in order have the p value of the two orders that are as regular") {
    CHECK(*trend({1, 2, 3}) == Approx(2.0 / 6));
    CHECK(*trend({3, 2, 1}) == Approx(2.0 / 6));
    CHECK(*trend({1, 2, 3, 4, 5}) == Approx(2.0 / 120));
    CHECK(*trend({100, 110, 111, 112, 113, 180}) == Approx(2.0 / 720));
    // One exchange of neighbours: 1 + 5 orders of 720 on either side.
    CHECK(*trend({1, 2, 3, 4, 6, 5}) == Approx(2 * 6.0 / 720));
}

TEST_CASE("fewer than 6 blocks cannot drift, and 6 in order do") {
    CHECK(*trend({1, 2, 3, 4, 5}) > drift_below_p);
    CHECK(*trend({1, 2, 3, 4, 5, 6}) < drift_below_p);
}

TEST_CASE("as many rises as falls are no trend") {
    CHECK(*trend({1, 4, 2, 3, 1.5, 2.5, 2.2}) == Approx(1).margin(0.3));
}

TEST_CASE("ties lessen what an order says, by the normal approximation") {
    // S = 14 of 15 pairs, one tie: variance (6*5*17 - 2*1*9)/18 = 27.33; scipy.stats.kendalltau gives 0.0074102544.
    CHECK(*trend({1, 2, 3, 4, 5, 5}) == Approx(0.0074102544).epsilon(1e-8));
}

TEST_CASE("equal blocks, and two, have no trend to test") {
    CHECK_FALSE(trend({5, 5, 5, 5, 5, 5, 5}));
    CHECK_FALSE(trend({1, 2}));
    CHECK_FALSE(trend({}));
}
