#include <catch2/catch.hpp>

#include "workload/changes.hpp"

using namespace bytebound;

TEST_CASE("A and R are counted from two masks") {
    const std::vector<std::uint64_t> before{0b1100, 0};
    const std::vector<std::uint64_t> after{0b1010, 0x8000'0000'0000'0001};
    CHECK(count_change(before, after) == StepChange{3, 1}); // rows 1, 64 and 127 are added, row 2 is removed
    CHECK(count_change(after, before) == StepChange{1, 3});
    CHECK(count_change(before, before) == StepChange{0, 0});
}

TEST_CASE("the changes of a trace are counted while the active set grows and shrinks") {
    // N = 70, two words per mask: 0 rows, then 64, then 70, then 6, then the same 6.
    const std::uint64_t all = ~std::uint64_t{0};
    const std::vector<std::uint64_t> masks{0, 0, all, 0, all, 63, 0, 63, 0, 63};
    CHECK(count_changes(masks, 2) == std::vector<StepChange>{{64, 0}, {6, 0}, {0, 64}, {0, 0}});
    CHECK(count_changes({masks.data(), 2}, 2).empty()); // the initial set alone
}

TEST_CASE("the bounds of known changes are the largest step, the largest set and the sum of max(A,R)") {
    const std::vector<StepChange> changes{{5, 1}, {3, 0}, {0, 10}, {2, 2}};
    // m: 10, 14, 17, 7, 7.
    CHECK(bounds_of(10, changes) == TraceBounds{5, 10, 17, 5 + 3 + 10 + 2});
    CHECK(bounds_of(10, {}) == TraceBounds{0, 0, 10, 0});
}

TEST_CASE("mean changes are taken over the measured steps, and over all segments together") {
    const std::vector<StepChange> first{{100, 0}, {3, 2}, {2, 3}}, second{{0, 100}, {7, 0}, {0, 5}};
    CHECK(mean_change(first, 1) == MeanChange{2.5, 2.5, 3});
    const std::vector<SharedChanges> segments{std::make_shared<const std::vector<StepChange>>(first),
                                              std::make_shared<const std::vector<StepChange>>(second)};
    CHECK(mean_change(segments, 1) == MeanChange{12.0 / 4, 10.0 / 4, 18.0 / 4});
    CHECK(mean_change(first, 3) == MeanChange{});
}

TEST_CASE("an odd k adds its larger half first") {
    CHECK(halves_of(5) == ChangeRule{3, 2, true});
    CHECK(halves_of(0) == ChangeRule{0, 0, true});
}
