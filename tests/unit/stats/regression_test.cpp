#include <catch2/catch.hpp>

#include "stats/regression.hpp"

using namespace bytebound;

TEST_CASE("points on a line give that line with a margin of 0") {
    const std::vector<double> x{64, 256, 1024}, y{130, 514, 2050}; // 2 x + 2
    const auto fit = fit_line(x, y);
    REQUIRE(fit);
    CHECK(fit->slope == Approx(2));
    CHECK(fit->intercept == Approx(2));
    CHECK(*fit->slope_margin == Approx(0).margin(1e-12));
}

TEST_CASE("slope, intercept, their margins and the residuals agree with scipy") {
    // scipy.stats.linregress, margins by scipy.stats.t.ppf(0.975, 2)
    const auto fit = fit_line(std::vector<double>{1, 2, 3, 4}, std::vector<double>{2.1, 3.9, 6.2, 7.8});
    REQUIRE(fit);
    CHECK(fit->slope == Approx(1.94).epsilon(1e-12));
    CHECK(fit->intercept == Approx(0.15).epsilon(1e-9));
    CHECK(*fit->slope_margin == Approx(0.389621775850058).epsilon(1e-9));
    CHECK(*fit->intercept_margin == Approx(1.0670231776414918).epsilon(1e-9));
    REQUIRE(fit->residuals.size() == 4);
    CHECK(fit->residuals[0] == Approx(0.01));
    CHECK(fit->residuals[2] == Approx(0.23));
}

TEST_CASE("two points give a line without margins; one point, or equal xs, give no line") {
    const auto fit = fit_line(std::vector<double>{1, 3}, std::vector<double>{1, 5});
    REQUIRE(fit);
    CHECK(fit->slope == 2);
    CHECK_FALSE(fit->slope_margin);
    CHECK_FALSE(fit->intercept_margin);
    CHECK_FALSE(fit_line(std::vector<double>{1}, std::vector<double>{1}));
    CHECK_FALSE(fit_line(std::vector<double>{2, 2, 2}, std::vector<double>{1, 2, 3}));
}

TEST_CASE("a curve's crossing of 1 is interpolated in its logarithm") {
    const auto falls = [](std::vector<RatioPoint> curve) { return falls_to_one(curve); };
    // From 4 at 16 to 1/4 at 256: halfway in both logarithms is 1 at 64.
    const std::vector<double> halfway = falls({{16, 4}, {256, 0.25}});
    REQUIRE(halfway.size() == 1);
    CHECK(halfway[0] == Approx(64));
    CHECK(falls({{16, 4}, {64, 1}, {256, 0.25}}).at(0) == Approx(64));
    // Every fall counts, in order.
    const std::vector<double> two = falls({{1, 2}, {4, 0.5}, {8, 3}, {32, 0.75}, {64, 0.1}});
    REQUIRE(two.size() == 2);
    CHECK(two[0] == Approx(2));
    CHECK(two[1] > 8);
    CHECK(two[1] < 32);
}

TEST_CASE("a curve that starts below 1, or stays above it, never falls to 1") {
    CHECK(falls_to_one(std::vector<RatioPoint>{{16, 0.5}, {64, 0.2}}).empty());
    CHECK(falls_to_one(std::vector<RatioPoint>{{16, 5}, {64, 2}}).empty());
    CHECK(falls_to_one(std::vector<RatioPoint>{{16, 5}}).empty());
    CHECK(falls_to_one({}).empty());
}
