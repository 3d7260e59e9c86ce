#include <catch2/catch.hpp>

#include "model/set_load.hpp"

using namespace bytebound;

TEST_CASE("rows of two lines beside four fixed lines fill a set of 16 ways by the binomial distribution") {
    SetLoad load;
    load.add(4, 1, 1);
    load.add(16, 0.125, 2);
    // At most 6 of 16 rows: scipy.stats.binom.cdf(6, 16, 0.125)
    CHECK(load.at_most(16) == Approx(0.9980592246).epsilon(1e-9));
}

TEST_CASE("a mean of 2.5 places is two or three, each in half of the sets") {
    SetLoad load;
    load.add(2.5, 0.5, 1);
    CHECK(load.at_most(0) == Approx((0.25 + 0.125) / 2));
    CHECK(load.at_most(2) == Approx((1 + 0.875) / 2));
    CHECK(load.at_most(3) == Approx(1));
}

TEST_CASE("items of a line and a quarter have one line, or two in a quarter of the cases") {
    SetLoad load;
    load.add(1, 0.5, 1.25);
    CHECK(load.at_most(0) == Approx(0.5));
    CHECK(load.at_most(1) == Approx(0.875));
    CHECK(load.at_most(2) == Approx(1));
}

TEST_CASE("items that are never present, and none at all, leave a set empty") {
    SetLoad load;
    CHECK(load.at_most(0) == 1);
    load.add(100, 0, 3);
    load.add(0, 1, 1);
    CHECK(load.at_most(0) == 1);
}

TEST_CASE("more lines than ways never fit, however many places there are") {
    SetLoad load;
    load.add(1e6, 0.5, 1);
    CHECK(load.at_most(16) == 0);
    // 1e6 places of 1e-6: as good as Poisson with a mean of 1; scipy.stats.binom.cdf(2, 1000000, 1e-6)
    SetLoad rare;
    rare.add(1e6, 1e-6, 1);
    CHECK(rare.at_most(2) == Approx(0.9196986949).epsilon(1e-8));
}
