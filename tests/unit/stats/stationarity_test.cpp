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

namespace {

/// Segments of 20 and 20 steps: first `before` each, then `before + differences[i]`.
std::vector<std::vector<double>> segments(double before, const std::vector<double>& differences) {
    std::vector<std::vector<double>> out;
    for (const double difference : differences)
        out.push_back(steps(20, before, 20, before + difference));
    return out;
}

bool stationary(const std::vector<std::vector<double>>& series) { return judge_segments(series, 20)->stationary; }

} // namespace

TEST_CASE("several segments are stationary if 0 is within the 95 % interval of their mean difference") {
    // Mean 10, deviation 2 (then 5), three segments: the interval is +-4.3027 x 2 / sqrt(3) = 4.97, then 12.42.
    CHECK_FALSE(stationary(segments(100, {8, 10, 12})));
    CHECK(stationary(segments(100, {5, 10, 15})));
    CHECK_FALSE(stationary(segments(100, {-8, -10, -12})));
    // Two segments: 12.706 x 9 / sqrt(2) x sqrt(2) = 12.706 x 9 is far above 10; 12.706 x 0.7 is below.
    CHECK(stationary(segments(100, {1, 19})));
    CHECK_FALSE(stationary(segments(100, {9.3, 10.7})));
}

TEST_CASE("a mean difference of less than 5 % is stationary, however well it is known") {
    CHECK(stationary(segments(100, {4.9, 4.9, 4.9})));
    CHECK_FALSE(stationary(segments(100, {5, 5, 5})));
    CHECK(stationary(segments(100, {4, 5.8, 4.9}))); // the mean counts
}

TEST_CASE("segments without traffic are stationary, and first traffic in all of them is not") {
    CHECK(stationary(segments(0, {0, 0})));
    CHECK_FALSE(stationary(segments(0, {1, 1})));
    CHECK(stationary(segments(0, {0, 0, 3}))); // a rare event in one of three
}

TEST_CASE("means before and after are those over all segments, and steps within one do not matter") {
    const std::vector<std::vector<double>> series = {{1, 3, 10, 10}, {6, 6, 0, 4}};
    CHECK(*judge_segments(series, 0) == Stationarity{true, 2, 4, 6}); // differences 8 and -4
    CHECK_FALSE(judge_segments(std::vector<std::vector<double>>{}, 0));
    CHECK_FALSE(judge_segments(std::vector<std::vector<double>>{{5}, {5}}, 0));
}

TEST_CASE("one segment is judged by the standard errors of its steps") {
    CHECK(judge_segments(std::vector<std::vector<double>>{{9, 11, 13, 15}}, 0)->stationary);
    CHECK_FALSE(judge_segments(std::vector<std::vector<double>>{{9, 11, 13.5, 15.5}}, 0)->stationary);
}
