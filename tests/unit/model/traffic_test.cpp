#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "model/traffic.hpp"
#include "reference_cache.hpp"

using namespace bytebound;

namespace {

/// {pool, slab, mask, index, meta}
using PerBuffer = std::array<std::uint64_t, buffer_count>;

constexpr CacheGeometry mebibyte_cache = {1 << 20, 16, 64};
constexpr std::uint64_t slab_offset = 1 << 20;

/// The documented order, written explicitly: chunks of 64 bytes, lines at their first touch.
void copy_by_definition(ReferenceCache& cache, std::uint64_t from, std::uint64_t to, std::uint64_t bytes) {
    std::set<std::uint64_t> loaded, stored;
    for (std::uint64_t chunk = 0; chunk < bytes; chunk += 64) {
        const std::uint64_t end = std::min(chunk + 64, bytes);
        for (std::uint64_t byte = chunk; byte < end; ++byte)
            if (loaded.insert((from + byte) / 64).second) cache.load(Buffer::pool, (from + byte) / 64);
        for (std::uint64_t byte = chunk; byte < end; ++byte)
            if (stored.insert((to + byte) / 64).second) cache.store(Buffer::slab, (to + byte) / 64);
    }
}

} // namespace

TEST_CASE("every touched line counts, including partial ones") {
    CacheSim cache(mebibyte_cache);
    TrafficObserver observer(cache);
    observer.load(Buffer::index, 62, 4); // bytes 62 to 65: lines 0 and 1
    CHECK(observer.take() == LineCounts{PerBuffer{0, 0, 0, 2}, PerBuffer{}});
    observer.store(Buffer::meta, 4096, 4);
    observer.store(Buffer::meta, 4156, 4);
    CHECK(observer.take() == LineCounts{PerBuffer{0, 0, 0, 0, 1}, PerBuffer{}});
    observer.copy(Buffer::pool, 8192, Buffer::slab, slab_offset, 100); // 2 lines each
    CHECK(observer.take() == LineCounts{PerBuffer{2, 2}, PerBuffer{}, 2, 2});
    CHECK(cache.references() == 2 + 2 + 4);
}

TEST_CASE("zero bytes touch no line") {
    CacheSim cache(mebibyte_cache);
    TrafficObserver observer(cache);
    observer.load(Buffer::pool, 64, 0);
    observer.store(Buffer::slab, slab_offset, 0);
    observer.copy(Buffer::pool, 0, Buffer::slab, slab_offset, 0);
    CHECK(observer.take() == LineCounts{});
    CHECK(cache.references() == 0);
}

TEST_CASE("rows that start within a line touch one line more") {
    CacheSim cache(mebibyte_cache);
    TrafficObserver observer(cache);
    observer.copy(Buffer::pool, 32, Buffer::slab, slab_offset, 128); // source lines 0, 1, 2; destination two lines
    CHECK(observer.take() == LineCounts{PerBuffer{3, 2}, PerBuffer{}, 3, 2});
    CHECK(cache.references() == 5);
}

TEST_CASE("lines of 128 bytes are counted with their size") {
    CacheSim cache({1 << 20, 16, 128});
    TrafficObserver observer(cache);
    observer.copy(Buffer::pool, 0, Buffer::slab, slab_offset, 4096);
    CHECK(observer.take() == LineCounts{PerBuffer{32, 32}, PerBuffer{}, 32, 32});
}

TEST_CASE("a copy at arbitrary offsets follows the documented order, chunk by chunk") {
    const CacheGeometry tiny{4 * 64, 2, 64}; // two sets of two: the order decides what is evicted
    CacheSim cache(tiny);
    ReferenceCache reference(tiny);
    TrafficObserver observer(cache);
    std::mt19937_64 random(7);
    std::uint64_t differences = 0;
    for (int i = 0; i < 5000; ++i) {
        const std::uint64_t from = random() % 300, to = slab_offset + random() % 300, bytes = random() % 400;
        observer.copy(Buffer::pool, from, Buffer::slab, to, bytes);
        copy_by_definition(reference, from, to, bytes);
        differences += !(cache.counts() == reference.counts());
    }
    CHECK(differences == 0);
}

TEST_CASE("a non-temporal row copy writes whole lines past the cache and a row's partial lines through it") {
    CacheSim cache(mebibyte_cache);
    TrafficObserver observer(cache, true);
    observer.copy(Buffer::pool, 0, Buffer::slab, slab_offset, 256);
    CHECK(observer.take() == LineCounts{PerBuffer{4}, PerBuffer{0, 4}, 4, 0});
    // Bytes 32 to 231 of a destination: half of line 0, lines 1 and 2, 40 bytes of line 3. 200 bytes of source: 4
    // lines.
    observer.copy(Buffer::pool, 4096, Buffer::slab, slab_offset + 8192 + 32, 200);
    CHECK(observer.take() == LineCounts{PerBuffer{4, 2}, PerBuffer{0, 2}, 4, 2});
    CHECK(cache.dirty_lines() == PerBuffer{0, 2});
    CHECK(cache.references() == 8 + 8);
}
