#include <catch2/catch.hpp>

#include "base/random.hpp"

using namespace bytebound;

// Computed by a separate Python implementation of splitmix64 and xoshiro256**, itself checked against the published
// vectors (splitmix64 of seed 0: e220a8397b1dcdaf; xoshiro256** of state 1,2,3,4: 11520, 0, 1509978240,
// 1215971899390074240).
TEST_CASE("the generator gives the published xoshiro256** sequence of a splitmix64 seed") {
    Random random(1);
    CHECK(random.next() == 0xb3f2af6d0fc710c5u);
    CHECK(random.next() == 0x853b559647364ceau);
    CHECK(random.next() == 0x92f89756082a4514u);
    CHECK(random.next() == 0x642e1c7bc266a3a7u);
    CHECK(random.next() == 0xb27a48e29a233673u);
    CHECK(random.next() == 0x24c123126ffda722u);
}

TEST_CASE("a bounded draw takes the high half of the word") {
    Random random(1);
    // (word >> 32) * 10 >> 32 of the words above.
    for (const std::uint32_t expected : {7u, 5u, 5u, 3u, 6u, 1u})
        CHECK(random.below(10) == expected);
}

TEST_CASE("a bounded draw reaches every value about equally often") {
    Random random(3);
    std::uint32_t seen[7] = {};
    for (int i = 0; i < 70000; ++i)
        ++seen[random.below(7)];
    // Binomial: mean 10000, standard deviation sqrt(70000/7*6/7) = 92.6; five of them are 463.
    for (const std::uint32_t count : seen) {
        CHECK(count > 10000 - 463);
        CHECK(count < 10000 + 463);
    }
}
