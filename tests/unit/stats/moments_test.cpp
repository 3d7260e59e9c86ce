#include <catch2/catch.hpp>

#include "stats/estimate.hpp"

using namespace bytebound;

TEST_CASE("the median is the middle value, or the mean of the middle two") {
    CHECK(median({7}) == 7);
    CHECK(median({9, 1, 5}) == 5);
    CHECK(median({4, 1, 9, 2}) == 3);
    CHECK(median({5, 5, 1, 5}) == 5);
}

TEST_CASE("mean and variance of b, b+1, b+2 are exact at large b") {
    for (const double b : {0.0, 1e9, 1e10, 1e15}) {
        CAPTURE(b);
        const std::vector<double> values = {b, b + 1, b + 2};
        CHECK(mean(values) == b + 1);
        CHECK(variance(values) == 1);
    }
}

TEST_CASE("the variance divides by n - 1") {
    // Mean 5, squared deviations 9+1+1+1+0+0+4+16 = 32, over 7.
    CHECK(variance(std::vector<double>{2, 4, 4, 4, 5, 5, 7, 9}) == Approx(32.0 / 7).epsilon(1e-14));
    CHECK(variance(std::vector<double>{3}) == 0);
    CHECK(variance({}) == 0);
}

TEST_CASE("a mean of large counts is exact to one unit") {
    // A plain sum would need 2.5e17, beyond 2^53, and would lose single units.
    std::vector<double> values(250, 1e15);
    values[0] = 1e15 + 250;
    CHECK(mean(values) == 1e15 + 1);
}

TEST_CASE("outliers lie strictly outside 1.5 interquartile ranges beyond the quartiles") {
    // Quartiles of five values are the second and the fourth: 2 and 4, fences -1 and 7.
    CHECK(tukey_outliers(std::vector<double>{1, 2, 3, 4, 7}) == std::vector<std::size_t>{});
    CHECK(tukey_outliers(std::vector<double>{1, 2, 3, 4, 7.01}) == std::vector<std::size_t>{4});
    CHECK(tukey_outliers(std::vector<double>{100, 4, -1.01, 3, 2, 4, 2}) == std::vector<std::size_t>{0, 2});
    CHECK(tukey_outliers({}) == std::vector<std::size_t>{});
}

TEST_CASE("quartiles interpolate between order statistics") {
    // n = 4: quartiles 1 + 0.75 = 1.75 and 3 + 0.25*(x-3); x = 9: 4.5, IQR 2.75, upper fence 8.625.
    CHECK(tukey_outliers(std::vector<double>{1, 2, 3, 9}) == std::vector<std::size_t>{3});
    // x = 8: 4.25, IQR 2.5, upper fence 8.
    CHECK(tukey_outliers(std::vector<double>{1, 2, 3, 8}) == std::vector<std::size_t>{});
}
