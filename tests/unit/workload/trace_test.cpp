#include <catch2/catch.hpp>

#include "base/random.hpp"
#include "support/drawn_trace.hpp"
#include "support/small_arena.hpp"

using namespace bytebound;
using test::Ids;

namespace {

std::vector<Ids> sets(std::uint32_t pool_rows, std::uint32_t active_rows, const std::vector<StepChange>& changes,
                      const Pattern& pattern, std::uint64_t seed, std::uint32_t k, std::uint32_t repeat) {
    const std::size_t words = mask_words(pool_rows);
    std::vector<std::uint64_t> masks((changes.size() + 1) * words, ~std::uint64_t{0});
    test::draw_trace(masks, pool_rows, active_rows, changes, pattern, seed, k, repeat);
    std::vector<Ids> result(changes.size() + 1);
    for (std::size_t i = 0; i < masks.size() * 64; ++i) {
        if ((masks[i / 64] >> (i % 64) & 1) != 0) {
            result[i / (words * 64)].insert(static_cast<std::uint32_t>(i % (words * 64)));
        }
    }
    return result;
}

const std::vector<StepChange> three_steps{{2, 2}, {3, 1}, {0, 4}};

} // namespace

TEST_CASE("the generator is xoshiro256** seeded by splitmix64") {
    // First outputs for seed 0, as published for other implementations of the pair.
    Random random(0);
    CHECK(random.next() == 0x99ec5f36cb75f2b4u);
    CHECK(random.next() == 0xbf6e1f784956452au);
    CHECK(random.next() == 0x1a5f849d4933e6e0u);
}

TEST_CASE("a bounded draw stays below its bound and reaches every value") {
    Random random(1);
    std::array<int, 7> seen{};
    for (int i = 0; i < 7000; ++i)
        ++seen.at(random.below(7));
    for (const int count : seen)
        CHECK(std::abs(count - 1000) < 150); // 5 standard deviations of 29
    CHECK(random.below(1) == 0);
}

// The expected sets of the next cases come from an independent implementation in Python.
TEST_CASE("random traces are the same on every machine") {
    CHECK(sets(10, 4, three_steps, test::random_rows, 1, 4, 0) ==
          std::vector<Ids>{{0, 1, 6, 9}, {1, 2, 5, 6}, {1, 3, 5, 6, 8, 9}, {1, 9}});
    CHECK(sets(70, 5, {{1, 2}}, test::random_rows, 7, 3, 2) ==
          std::vector<Ids>{{12, 20, 25, 44, 64}, {12, 19, 25, 64}});
}

TEST_CASE("every repeat, k and seed has a different trace") {
    CHECK(sets(10, 4, three_steps, test::random_rows, 1, 4, 1) ==
          std::vector<Ids>{{2, 3, 6, 7}, {0, 2, 4, 6}, {0, 1, 2, 6, 8, 9}, {2, 8}});
    const auto base = sets(100, 40, three_steps, test::random_rows, 1, 4, 0);
    CHECK(base != sets(100, 40, three_steps, test::random_rows, 2, 4, 0));
    CHECK(base != sets(100, 40, three_steps, test::random_rows, 1, 5, 0));
}

TEST_CASE("block traces start as one range, wrap, and change the first rows at or after a drawn id") {
    CHECK(sets(10, 4, three_steps, test::row_blocks, 1, 4, 0) ==
          std::vector<Ids>{{0, 1, 2, 9}, {2, 3, 8, 9}, {0, 1, 2, 3, 4, 9}, {3, 4}});
    CHECK(sets(70, 5, {{1, 2}}, test::row_blocks, 7, 3, 2) == std::vector<Ids>{{25, 26, 27, 28, 29}, {10, 27, 28, 29}});
}

TEST_CASE("block ranges cross mask words and the pool's end") {
    // N = 70, m = 66: all but 11 .. 14. Step 0 removes 6, 7, 8 and adds 11, 12.
    Ids first, second;
    for (std::uint32_t id = 0; id < 70; ++id) {
        if (id < 11 || id > 14) first.insert(id);
        if ((id < 6 || id > 8) && id != 13 && id != 14) second.insert(id);
    }
    CHECK(sets(70, 66, {{2, 3}}, test::row_blocks, 9, 5, 0) == std::vector<Ids>{first, second});
}

TEST_CASE("steps change exactly the planned number of rows") {
    for (const auto& pattern : {test::random_rows, test::row_blocks}) {
        const std::vector<StepChange> changes{{64, 0}, {0, 130}, {130, 0}, {0, 0}, {0, 130}, {129, 0}, {1, 1}};
        const auto masks = sets(130, 66, changes, pattern, 11, 0, 0);
        CHECK(masks[0].size() == 66);
        CHECK(test::changes_of(masks) == changes);
    }
}

TEST_CASE("an odd k swaps its halves every step") {
    CHECK(plan_changes(100, 10, {3, 2, true}, 4) == std::vector<StepChange>{{3, 2}, {2, 3}, {3, 2}, {2, 3}});
}

TEST_CASE("added and removed rows are swapped before a step that would not fit, and stay swapped") {
    // 5 of 10: 8, then 3 more do not fit: 5, 2, then 3 fewer do not fit: 5.
    CHECK(plan_changes(10, 5, {3, 0, false}, 4) == std::vector<StepChange>{{3, 0}, {0, 3}, {0, 3}, {3, 0}});
    CHECK(plan_changes(10, 5, {0, 5, false}, 4) == std::vector<StepChange>{{0, 5}, {5, 0}, {5, 0}, {0, 5}});
    CHECK(plan_changes(10, 5, {4, 2, false}, 4) == std::vector<StepChange>{{4, 2}, {2, 4}, {2, 4}, {4, 2}});
}

TEST_CASE("a change that fits neither way is refused with the step and the sizes") {
    const auto first = plan_changes(10, 5, {6, 0, false}, 4);
    REQUIRE(!first.has_value());
    CHECK(first.error().code == ExitCode::usage);
    CHECK(to_line(first.error()) ==
          "plan --add 6 --remove 0: step 0 starts with 5 of 10 rows active: neither this change nor its exchange fits; "
          "keep one of the two within the 5 active rows and the other within the 5 inactive ones");
    // Only the first step can fail, because a change that was made can always be reversed.
    CHECK(!plan_changes(10, 9, {2, 2, false}, 1).has_value());
    CHECK(plan_changes(10, 9, {2, 0, false}, 2) == std::vector<StepChange>{{0, 2}, {0, 2}});
}

TEST_CASE("more active rows than the pool has are an error") {
    const auto plan = plan_changes(10, 11, {0, 0, true}, 1);
    REQUIRE(!plan.has_value());
    CHECK(to_line(plan.error()) == "plan --m 11: more active rows than the pool's N = 10; choose m between 0 and N");
}

TEST_CASE("k is clipped to the number of rows that both sets can exchange") {
    CHECK(clip_k(16, 8192, 1024) == 16);
    CHECK(clip_k(4096, 8192, 1024) == 2048);
    CHECK(clip_k(4096, 8192, 8000) == 384);
    CHECK(clip_k(7, 10, 10) == 0);
    CHECK(clip_k(7, 10, 0) == 0);
    CHECK(clip_k(0, 10, 5) == 0);
}

TEST_CASE("the rows of the bound add up over the steps") {
    CHECK(bound_rows(three_steps) == 2 + 3 + 4);
    CHECK(bound_rows({}) == 0);
}

TEST_CASE("a stopped trace does not write the masks of later steps") {
    for (const Pattern& pattern : {test::random_rows, test::row_blocks}) {
        std::vector<std::uint64_t> masks(4, 7);
        const std::vector<StepChange> changes(3, {1, 1});
        int asked = 0;
        CHECK_FALSE(test::draw_trace(masks, 64, 32, changes, pattern, 1, 2, 0, [&] { return ++asked == 2; }));
        CHECK(asked == 2);
        CHECK(masks[1] != 7);
        CHECK(masks[2] == 7);
        CHECK(masks[3] == 7);
    }
}
