#include <catch2/catch.hpp>

#include "model/cache.hpp"

using namespace bytebound;

namespace {

/// {pool, slab, mask, index, meta}
using PerBuffer = std::array<std::uint64_t, buffer_count>;

constexpr std::uint64_t slab_line = 1 << 20; // line numbers of the slab, away from the pool's

CacheGeometry geometry(std::uint64_t lines, std::uint32_t ways) { return {lines * 64, ways, 64}; }

} // namespace

TEST_CASE("a copy far larger than the cache fetches both sides and writes one back") {
    CacheSim sim(geometry(64, 4));
    sim.copy(Buffer::pool, 0, Buffer::slab, slab_line, 1000);
    // Loads and write-allocates miss; the cache keeps the last 64 lines, half of them stored.
    CHECK(sim.counts() == LineCounts{PerBuffer{1000, 1000}, PerBuffer{0, 1000 - 32}, 1000, 1000});
    CHECK(sim.dirty_lines() == PerBuffer{0, 32});
    CHECK(sim.references() == 2000);
    sim.evict_all();
    CHECK(sim.counts() == LineCounts{PerBuffer{1000, 1000}, PerBuffer{0, 1000}, 1000, 1000});
    CHECK(sim.dirty_lines() == PerBuffer{});
}

TEST_CASE("a copy inside the cache costs nothing once it is warm") {
    CacheSim sim(geometry(64, 4));
    sim.copy(Buffer::pool, 0, Buffer::slab, slab_line, 32);
    const LineCounts cold = sim.counts();
    CHECK(cold == LineCounts{PerBuffer{32, 32}, PerBuffer{}, 32, 32});
    for (int i = 0; i < 10; ++i)
        sim.copy(Buffer::pool, 0, Buffer::slab, slab_line, 32);
    CHECK(sim.counts() == cold);
    CHECK(sim.counts().since(cold) == LineCounts{});
}

TEST_CASE("lines that are only loaded are never written back") {
    CacheSim sim(geometry(16, 2));
    sim.load_range(Buffer::mask, 0, 500);
    sim.evict_all();
    CHECK(sim.counts() == LineCounts{PerBuffer{0, 0, 500}, PerBuffer{}});
}

TEST_CASE("lines that are only stored are fetched, and written back when evicted") {
    CacheSim sim(geometry(16, 2));
    sim.store_range(Buffer::index, 0, 500);
    CHECK(sim.counts() == LineCounts{PerBuffer{0, 0, 0, 500}, PerBuffer{0, 0, 0, 484}});
}

TEST_CASE("lines of one set evict each other although the cache is nearly empty") {
    CacheSim sim(geometry(64, 2)); // 32 sets: lines 0, 32 and 64 share set 0
    for (int round = 0; round < 5; ++round)
        for (const std::uint64_t line : {0, 32, 64})
            sim.load(Buffer::pool, line);
    CHECK(sim.counts().fetched[0] == 15);
    for (int round = 0; round < 5; ++round)
        for (const std::uint64_t line : {1, 33})
            sim.load(Buffer::pool, line);
    CHECK(sim.counts().fetched[0] == 17);
}

TEST_CASE("the least recently used line is evicted, not the oldest") {
    CacheSim sim(geometry(2, 2));
    sim.load(Buffer::pool, 0);
    sim.load(Buffer::pool, 1);
    sim.load(Buffer::pool, 0); // now 1 is the least recently used
    sim.load(Buffer::pool, 2);
    sim.load(Buffer::pool, 0);
    CHECK(sim.counts().fetched[0] == 3);
    sim.load(Buffer::pool, 1);
    CHECK(sim.counts().fetched[0] == 4);
}

TEST_CASE("a write-back counts for the buffer that owns the line") {
    CacheSim sim(geometry(1, 1));
    sim.store(Buffer::slab, slab_line);
    sim.load(Buffer::pool, 0);
    CHECK(sim.counts() == LineCounts{PerBuffer{1, 1}, PerBuffer{0, 1}, 1, 1});
    sim.store(Buffer::meta, 5);
    sim.load(Buffer::meta, 6);
    CHECK(sim.counts() == LineCounts{PerBuffer{1, 1, 0, 0, 2}, PerBuffer{0, 1, 0, 0, 1}, 1, 1});
}

TEST_CASE("a line stored many times is written back once and stays dirty when loaded") {
    CacheSim sim(geometry(4, 4));
    for (int i = 0; i < 5; ++i)
        sim.store(Buffer::slab, 7);
    sim.load(Buffer::slab, 8);
    sim.load(Buffer::slab, 7);
    CHECK(sim.dirty_lines() == PerBuffer{0, 1});
    sim.evict_all();
    CHECK(sim.counts() == LineCounts{PerBuffer{0, 2}, PerBuffer{0, 1}, 0, 1});
}

TEST_CASE("after an eviction of everything each line is fetched again, but not as a cold read") {
    CacheSim sim(geometry(64, 16));
    sim.load_range(Buffer::pool, 0, 64);
    sim.evict_all();
    sim.load_range(Buffer::pool, 0, 64);
    CHECK(sim.counts() == LineCounts{PerBuffer{128}, PerBuffer{}, 64, 0});
}

TEST_CASE("a cache of 3 sets maps lines modulo 3") {
    CacheSim sim(geometry(3, 1));
    sim.load_range(Buffer::pool, 0, 3);
    sim.load(Buffer::pool, 5); // set 2: evicts line 2
    sim.load(Buffer::pool, 0);
    sim.load(Buffer::pool, 1);
    CHECK(sim.counts().fetched[0] == 4);
    sim.load(Buffer::pool, 2);
    CHECK(sim.counts().fetched[0] == 5);
}

TEST_CASE("distant line numbers are distinguished") {
    // 4 GiB of addresses are 2^26 lines; tags truncated to 32-bit addresses would confuse these.
    CacheSim sim(geometry(64, 16));
    const std::uint64_t far = std::uint64_t{1} << 26;
    sim.store(Buffer::slab, 0);
    sim.load(Buffer::slab, far);
    sim.load(Buffer::slab, 4 * far);
    CHECK(sim.counts().fetched[1] == 3);
    const std::uint64_t last = CacheSim::line_limit(sim.geometry()) - 1;
    CHECK(last == 4 * ((std::uint64_t{1} << 28) - 1) - 1);
    sim.load(Buffer::slab, last);
    sim.load(Buffer::slab, last);
    CHECK(sim.counts().fetched[1] == 4);
}

TEST_CASE("a non-temporal copy fetches only its source and leaves its destination in memory") {
    CacheSim sim(geometry(64, 4));
    for (std::uint64_t line = 0; line < 1000; ++line) {
        sim.load(Buffer::pool, line);
        sim.nt_store(Buffer::slab, slab_line + line);
    }
    CHECK(sim.counts() == LineCounts{PerBuffer{1000}, PerBuffer{0, 1000}, 1000, 0});
    CHECK(sim.dirty_lines() == PerBuffer{});
    CHECK(sim.references() == 2000);
}

TEST_CASE("a non-temporal store removes its line from the cache, including an old dirty copy") {
    CacheSim sim(geometry(4, 4));
    sim.store(Buffer::slab, 7);
    sim.load(Buffer::slab, 8);
    sim.nt_store(Buffer::slab, 7);
    CHECK(sim.dirty_lines() == PerBuffer{});
    sim.evict_all();
    CHECK(sim.counts() == LineCounts{PerBuffer{0, 2}, PerBuffer{0, 1}, 0, 1});
    sim.load(Buffer::slab, 7);
    CHECK(sim.counts().fetched[1] == 3);
}

TEST_CASE("a line read again after eviction is not a cold read") {
    CacheSim sim(geometry(2, 1));
    sim.load_range(Buffer::pool, 0, 100);
    sim.load_range(Buffer::pool, 90, 20); // 90 to 99 are read again, 100 to 109 are new
    CHECK(sim.counts() == LineCounts{PerBuffer{120}, PerBuffer{}, 110, 0});
}
