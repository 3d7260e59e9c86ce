#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "base/random.hpp"
#include "stats/change_points.hpp"
#include "support/synthetic_blocks.hpp"

namespace bytebound::test {
namespace {

std::vector<double> white(Random& random, std::size_t count, double level = 0) {
    std::vector<double> values(count);
    for (double& value : values)
        value = level + normal(random);
    return values;
}

void append(std::vector<double>& values, const std::vector<double>& more) {
    values.insert(values.end(), more.begin(), more.end());
}

bool has_near(const std::vector<std::size_t>& changes, std::size_t at) {
    for (const std::size_t each : changes)
        if (each + 2 >= at && each <= at + 2) return true;
    return false;
}

using Changes = std::vector<std::size_t>;

} // namespace

TEST_CASE("levels without noise are found exactly") {
    CHECK(change_points(std::vector<double>{5, 5, 5, 7, 7, 7, 7}) == Changes{3});
    std::vector<double> bump(24, 1.0);
    std::fill(bump.begin() + 8, bump.begin() + 16, 9.0);
    CHECK(change_points(bump) == Changes{8, 16});
    CHECK(change_points(std::vector<double>(50, 3.0)).empty());
    CHECK(value_changes(std::vector<double>{5, 5, 6, 5, 5 * (1 + 1e-15)}) == Changes{2, 3});
}

TEST_CASE("fewer than six values, and a level of two, have no change") {
    CHECK(change_points(std::vector<double>{5, 5, 5, 7, 7}).empty());
    CHECK(change_points(std::vector<double>{}).empty());
    CHECK(value_changes(std::vector<double>{}).empty());
}

TEST_CASE("a step of three standard deviations is found within five runs", "[slow]") {
    // Of 200 series each: with ten runs before the step, and with more.
    for (const auto& [before, least] :
         {std::pair(10u, 160), std::pair(20u, 180), std::pair(50u, 184), std::pair(195u, 188)}) {
        Random random(before);
        int found = 0;
        for (int series = 0; series < 200; ++series) {
            std::vector<double> values = white(random, before);
            append(values, white(random, 5, 3));
            found += has_near(change_points(values), before);
        }
        INFO(before << " runs before: " << found << " of 200");
        CHECK(found >= least);
    }
}

TEST_CASE("a step that is taken back after ten runs is found at both ends", "[slow]") {
    Random random(1);
    int found = 0;
    for (int series = 0; series < 200; ++series) {
        std::vector<double> values = white(random, 45);
        append(values, white(random, 10, 3));
        append(values, white(random, 45));
        const Changes changes = change_points(values);
        found += has_near(changes, 45) && has_near(changes, 55);
    }
    INFO(found << " of 200");
    CHECK(found >= 180);
}

TEST_CASE("200 runs of white noise have less than one change on average, and nearly always none", "[slow]") {
    Random random(1);
    std::size_t changes = 0;
    for (int series = 0; series < 200; ++series)
        changes += change_points(white(random, 200)).size();
    INFO(changes << " in 200 series");
    CHECK(changes <= 6);
}

TEST_CASE("white noise that is looked at after each of 200 runs gives less than one false alarm on average", "[slow]") {
    Random random(2);
    int alarms = 0;
    for (int series = 0; series < 10; ++series) {
        const std::vector<double> values = white(random, 200);
        bool before = false;
        for (std::size_t runs = 6; runs <= values.size(); ++runs) {
            const bool now = !change_points(std::span(values).first(runs)).empty();
            alarms += now && !before;
            before = now;
        }
    }
    INFO(alarms << " in 10 series");
    CHECK(alarms < 10);
}

} // namespace bytebound::test
