#include <catch2/catch.hpp>

#include "figures/consistency.hpp"

namespace bytebound {
namespace {

Estimate mean_of(double value, double low, double high) { return {value, Stat::mean, low, high, 100, 5}; }

TEST_CASE("sources within a tenth of each other agree") {
    const auto verdict = consistency("uncore", mean_of(110, 109, 111), "sim", mean_of(100, 100, 100), false);
    REQUIRE(verdict);
    CHECK(verdict->ratio == Approx(1.1));
    CHECK(verdict->verdict == Agreement::agrees);
    CHECK(verdict->reasons.empty());
}

TEST_CASE("sources with overlapping intervals agree, regardless of their means") {
    CHECK(consistency("uncore", mean_of(200, 90, 310), "sim", mean_of(100, 80, 95), false)->verdict ==
          Agreement::agrees);
}

TEST_CASE("sources that differ list the causes for that direction, the first source's before the second's") {
    const auto less = consistency("uncore", mean_of(50, 49, 51), "sim", mean_of(100, 100, 100), false);
    REQUIRE(less);
    CHECK(less->verdict == Agreement::differs);
    CHECK(less->ratio == 0.5);
    CHECK(
        less->reasons ==
        std::vector<std::string>{
            "uncore shows less: caches avoided write-allocate reads (SpecI2M, write combining), or keep dirty lines "
            "beyond the step",
            "uncore shows less: a counter saturated or wrapped, or a box is missing from the preset's pattern",
            "sim shows more: the model allocates on every store and does not share its cache: real caches keep more"});
    const auto more = consistency("resctrl", mean_of(150, 149, 151), "sim", mean_of(100, 100, 100), false);
    REQUIRE(more);
    CHECK(more->reasons ==
          std::vector<std::string>{"resctrl shows more: a recycled RMID still owns lines of its previous group",
                                   "sim shows less: the model has no hardware prefetcher and no page walks, and no "
                                   "other program uses the cache"});
}

TEST_CASE("with a simulated hierarchy the first cause of callgrind's difference is that it lacks one") {
    const auto with = consistency("callgrind", mean_of(150, 150, 150), "sim", mean_of(100, 100, 100), true);
    const auto without = consistency("callgrind", mean_of(150, 150, 150), "sim", mean_of(100, 100, 100), false);
    REQUIRE(with);
    REQUIRE(without);
    REQUIRE(with->reasons.size() == without->reasons.size() + 1);
    CHECK(with->reasons[0] ==
          "callgrind emulates only the last level (and a small first one), not the levels of --cache-model");
    CHECK(without->reasons[0] ==
          "callgrind shows more: it also counts stack, heap and code, and allocates on every store");
    const auto others = consistency("uncore", mean_of(150, 149, 151), "sim", mean_of(100, 100, 100), true);
    CHECK(others->reasons ==
          consistency("uncore", mean_of(150, 149, 151), "sim", mean_of(100, 100, 100), false)->reasons);
}

TEST_CASE("0 compared with another value has no ratio, and two zeros agree") {
    CHECK_FALSE(consistency("uncore", mean_of(5, 4, 6), "sim", mean_of(0, 0, 0), false));
    CHECK(consistency("uncore", mean_of(0, 0, 0), "sim", mean_of(0, 0, 0), false)->verdict == Agreement::agrees);
}

} // namespace
} // namespace bytebound
