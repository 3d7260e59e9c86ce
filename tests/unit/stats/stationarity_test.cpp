#include <catch2/catch.hpp>

#include "stats/estimate.hpp"

using namespace bytebound;

namespace {

std::vector<double> steps(std::size_t n, double first_value, std::size_t m, double second_value) {
    std::vector<double> series(n, first_value);
    series.insert(series.end(), m, second_value);
    return series;
}

std::uint64_t window_of(std::size_t series, std::uint64_t warmup) {
    return judge_stationarity(std::vector<double>(series, 1.0), warmup)->window;
}

} // namespace

TEST_CASE("the window is at least 20 steps, an eighth of the warm-up, at most half of the series") {
    CHECK(window_of(60, 20) == 20);   // 10 of 20 warm-up steps + 50: max(20, 2) = 20, half is 30
    CHECK(window_of(306, 512) == 64); // 256 + 50: max(20, 64) = 64, half is 153
    CHECK(window_of(15, 20) == 7);    // 10 + 5: half of 15, rounded down
    CHECK(window_of(100, 167) == 20); // 167 / 8 = 20
    CHECK(window_of(100, 168) == 21);
    CHECK(window_of(2, 0) == 1);
}

TEST_CASE("no window, no verdict") {
    CHECK_FALSE(judge_stationarity({}, 20).has_value());
    CHECK_FALSE(judge_stationarity(std::vector<double>{5}, 0).has_value());
}

TEST_CASE("the last window is compared with the one before, older steps are left out") {
    auto series = steps(20, 100, 20, 104);
    series.insert(series.begin(), 40, 1e6);
    CHECK(*judge_stationarity(series, 20) == Stationarity{true, 20, 100, 104});
}

TEST_CASE("means of constant windows may differ by less than 5 percent") {
    CHECK(judge_stationarity(steps(20, 100, 20, 104.9), 20)->stationary);
    CHECK_FALSE(judge_stationarity(steps(20, 100, 20, 105), 20)->stationary);
    CHECK(judge_stationarity(steps(20, 100, 20, 95.1), 20)->stationary);
    CHECK_FALSE(judge_stationarity(steps(20, 100, 20, 95), 20)->stationary);
}

TEST_CASE("0 against 0 is stationary, 0 against a constant is not") {
    CHECK(judge_stationarity(steps(20, 0, 20, 0), 20)->stationary);
    CHECK_FALSE(judge_stationarity(steps(20, 0, 20, 1), 20)->stationary);
    CHECK_FALSE(judge_stationarity(steps(20, 1, 20, 0), 20)->stationary);
}

TEST_CASE("means of scattered windows may differ by less than 3 standard errors of the difference") {
    // Windows of two: variances 2 and 2, standard error sqrt((2 + 2) / 2) = 1.414, three of them 4.243.
    CHECK(judge_stationarity(std::vector<double>{9, 11, 13, 15}, 0)->stationary);           // 10 -> 14
    CHECK_FALSE(judge_stationarity(std::vector<double>{9, 11, 13.5, 15.5}, 0)->stationary); // 10 -> 14.5
}
