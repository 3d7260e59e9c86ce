#include "model/hierarchy.hpp"

#include <catch2/catch.hpp>

using namespace bytebound;

namespace {

/// {pool, slab, mask, index, meta}
using PerBuffer = std::array<std::uint64_t, buffer_count>;

constexpr std::uint64_t slab = 1 << 16; // line numbers of the slab, away from the pool's
constexpr std::uint64_t lines = 1 << 17;

CacheGeometry of(std::uint32_t ways, std::uint64_t sets) { return {ways * sets * 64, ways, 64}; }

/// L1 of 16 lines, L2 of 64, LLC of 256.
HierarchySpec usual(LlcPolicy policy, unsigned workers = 1) {
    return {of(4, 4), of(8, 8), of(16, 16), policy, Prefetch::none, workers};
}

constexpr LlcPolicy every_policy[] = {LlcPolicy::non_inclusive, LlcPolicy::inclusive, LlcPolicy::exclusive,
                                      LlcPolicy::victim};

LevelLines level(const HierarchySim& sim, CacheLevel level) {
    return sim.lines().levels[static_cast<std::size_t>(level)];
}
std::uint64_t memory_lines(const HierarchySim& sim) {
    return sim.counts().fetched_total() + sim.counts().written_back_total();
}

} // namespace

TEST_CASE("a cold copy of N lines moves 3 N with write-allocate, in every hierarchy") {
    for (const LlcPolicy policy : every_policy) {
        HierarchySim sim(usual(policy), lines);
        sim.copy(Buffer::pool, 0, Buffer::slab, slab, 1000);
        sim.evict_all();
        CHECK(sim.counts().fetched == PerBuffer{1000, 1000});
        CHECK(sim.counts().written_back == PerBuffer{0, 1000});
        CHECK(sim.counts().cold_reads == 1000);
        CHECK(sim.counts().write_allocated == 1000);
        CHECK(memory_lines(sim) == 3 * 1000);
    }
}

TEST_CASE("a cold copy of N lines with non-temporal stores moves 2 N and leaves nothing dirty") {
    for (const LlcPolicy policy : every_policy) {
        HierarchySim sim(usual(policy), lines);
        for (std::uint64_t i = 0; i < 1000; ++i) {
            sim.load(Buffer::pool, i);
            sim.nt_store(Buffer::slab, slab + i);
        }
        CHECK(sim.dirty_lines() == PerBuffer{});
        CHECK(sim.counts().fetched == PerBuffer{1000});
        CHECK(sim.counts().written_back == PerBuffer{0, 1000});
        CHECK(sim.counts().write_allocated == 0);
        CHECK(memory_lines(sim) == 2 * 1000);
        CHECK(sim.references() == 2000);
    }
}

TEST_CASE("stores without loads move 2 N, loads without stores N") {
    for (const LlcPolicy policy : every_policy) {
        HierarchySim stores(usual(policy), lines), loads(usual(policy), lines);
        stores.store_range(Buffer::slab, slab, 1000);
        stores.evict_all();
        CHECK(memory_lines(stores) == 2 * 1000);
        loads.load_range(Buffer::pool, 0, 1000);
        loads.evict_all();
        CHECK(memory_lines(loads) == 1000);
    }
}

TEST_CASE("resident data costs nothing, in any level, and the sums add up") {
    for (const LlcPolicy policy : every_policy) {
        HierarchySim sim(usual(policy), lines);
        const auto pass = [&] {
            sim.load_range(Buffer::pool, 0, 100);     // beyond L1 and L2
            sim.store_range(Buffer::slab, slab, 100); // with them 200 of 256 lines
        };
        pass();
        CHECK(memory_lines(sim) == 200);
        pass();
        pass();
        CHECK(memory_lines(sim) == 200);
        sim.evict_all();
        CHECK(memory_lines(sim) == 300); // N loaded, N stored: N + 2 N
        pass();
        CHECK(memory_lines(sim) == 500);
        CHECK(sim.counts().cold_reads == 100); // the second fetch of the pool lines is not cold
    }
}

TEST_CASE("every level counts its hits and the lines across its lower side") {
    HierarchySim sim({of(2, 1), of(4, 1), of(8, 1), LlcPolicy::non_inclusive, Prefetch::none, 1}, lines);
    sim.store_range(Buffer::slab, 0, 3); // L1 {2 1}: dirty 0 went to L2 {2 0 1}
    CHECK(level(sim, CacheLevel::l1) == LevelLines{0, 3, 3, 1, 0});
    CHECK(level(sim, CacheLevel::l2) == LevelLines{0, 3, 3, 0, 0});
    CHECK(level(sim, CacheLevel::llc) == LevelLines{0, 3, 3, 0, 0});
    sim.load(Buffer::slab, 2); // L1
    sim.load(Buffer::slab, 0); // L2; L1 {0 2}: dirty 1 went to L2 {1 0 2}
    CHECK(level(sim, CacheLevel::l1) == LevelLines{1, 4, 4, 2, 0});
    CHECK(level(sim, CacheLevel::l2) == LevelLines{1, 3, 3, 0, 0});
    CHECK(level(sim, CacheLevel::llc) == LevelLines{0, 3, 3, 0, 0});
    CHECK(sim.dirty_lines() == PerBuffer{0, 3});
}

TEST_CASE("a line dirty in several levels is written back once when everything is evicted") {
    HierarchySim sim({of(1, 1), of(2, 1), of(8, 1), LlcPolicy::non_inclusive, Prefetch::none, 1}, lines);
    sim.store_range(Buffer::slab, 0, 4); // 0, 1 dirty in the LLC, 2 in L2, 3 in L1
    sim.store(Buffer::slab, 0);          // dirty in L1 and LLC
    CHECK(sim.dirty_lines() == PerBuffer{0, 4});
    sim.evict_all();
    CHECK(sim.counts().written_back == PerBuffer{0, 4});
    CHECK(sim.dirty_lines() == PerBuffer{});
    sim.load(Buffer::slab, 3);
    CHECK(sim.counts().fetched == PerBuffer{0, 5});
}

TEST_CASE("an inclusive LLC removes its victim from the private caches and writes their dirty copy to memory") {
    // The L1 could hold both lines; the LLC's one way cannot.
    const auto two_lines = [](LlcPolicy policy) {
        HierarchySim sim({of(2, 1), {}, of(1, 1), policy, Prefetch::none, 1}, lines);
        sim.store(Buffer::slab, slab);
        sim.load(Buffer::pool, 0);
        sim.load(Buffer::slab, slab);
        return sim;
    };
    const HierarchySim inclusive = two_lines(LlcPolicy::inclusive);
    CHECK(inclusive.counts().fetched == PerBuffer{1, 2});
    CHECK(inclusive.counts().written_back == PerBuffer{0, 1});
    CHECK(inclusive.lines().back_invalidated == 2);
    const HierarchySim other = two_lines(LlcPolicy::non_inclusive);
    CHECK(other.counts().fetched == PerBuffer{1, 1});
    CHECK(other.counts().written_back == PerBuffer{});
    CHECK(other.lines().back_invalidated == 0);
}

TEST_CASE("a victim LLC is filled by lines that the private caches evict, clean or dirty, and keeps lines that hit") {
    HierarchySim sim({{}, of(2, 1), of(2, 1), LlcPolicy::victim, Prefetch::none, 1}, lines);
    sim.load_range(Buffer::pool, 0, 2); // L2 {1 0}, LLC {}
    CHECK(level(sim, CacheLevel::l2).victims == 0);
    sim.load(Buffer::pool, 2); // L2 {2 1}, LLC {0}
    CHECK(level(sim, CacheLevel::l2).victims == 1);
    sim.load(Buffer::pool, 0); // L2 {0 2}, LLC {1 0}: 0 was used and stayed, then 1 came
    CHECK(level(sim, CacheLevel::llc).hits == 1);
    sim.load(Buffer::pool, 3); // L2 {3 0}, LLC {2 1}: 0 had to leave the LLC, the L2 still has it
    CHECK(sim.counts().fetched == PerBuffer{4});
    sim.load(Buffer::pool, 0);
    CHECK(level(sim, CacheLevel::l2).hits == 1);
    sim.load(Buffer::pool, 1);
    CHECK(level(sim, CacheLevel::llc).hits == 2);
    CHECK(sim.counts().fetched == PerBuffer{4});
}

TEST_CASE("an exclusive LLC adds its lines to those of the private cache, a non-inclusive one does not") {
    const auto fetched = [](LlcPolicy policy, std::uint64_t footprint) {
        HierarchySim sim({{}, of(64, 1), of(128, 1), policy, Prefetch::none, 1}, lines);
        for (int pass = 0; pass < 5; ++pass)
            sim.load_range(Buffer::pool, 0, footprint);
        return sim.counts().fetched[0];
    };
    CHECK(fetched(LlcPolicy::exclusive, 64 + 128) == 192);
    CHECK(fetched(LlcPolicy::exclusive, 64 + 128 + 1) == 5 * 193); // LRU over a cycle never hits
    CHECK(fetched(LlcPolicy::non_inclusive, 128) == 128);
    CHECK(fetched(LlcPolicy::non_inclusive, 128 + 1) == 5 * 129);
    CHECK(fetched(LlcPolicy::inclusive, 128 + 1) == 5 * 129);
}

TEST_CASE("a dirty line that hits in an exclusive LLC keeps its dirty bit") {
    HierarchySim sim({{}, of(1, 1), of(4, 1), LlcPolicy::exclusive, Prefetch::none, 1}, lines);
    sim.store(Buffer::slab, 0);
    sim.load(Buffer::slab, 1); // 0 is dirty in the LLC
    sim.load(Buffer::slab, 0); // and now in the L2 only
    CHECK(sim.dirty_lines() == PerBuffer{0, 1});
    sim.load_range(Buffer::pool, 8, 6); // 4 of 0, 1, 8 .. 12 remain in the LLC, 13 in the L2
    CHECK(sim.counts().written_back == PerBuffer{0, 1});
}

TEST_CASE("two workers that store to one line take it from each other without memory traffic") {
    HierarchySim sim(usual(LlcPolicy::non_inclusive, 2), lines);
    for (int round = 0; round < 10; ++round)
        for (const unsigned worker : {0u, 1u}) {
            sim.worker(worker);
            sim.store(Buffer::meta, 5);
        }
    CHECK(sim.lines().invalidated == 19); // all but the first store
    CHECK(sim.counts().fetched == PerBuffer{0, 0, 0, 0, 1});
    CHECK(sim.counts().written_back == PerBuffer{});
    CHECK(level(sim, CacheLevel::l1).hits == 0);
    CHECK(sim.dirty_lines() == PerBuffer{0, 0, 0, 0, 1});
    sim.evict_all();
    CHECK(sim.counts().written_back == PerBuffer{0, 0, 0, 0, 1});
}

TEST_CASE("a worker that loads a line stored by another one gets it from there; the LLC receives the dirty data") {
    for (const LlcPolicy policy : every_policy) {
        HierarchySim sim(usual(policy, 2), lines);
        sim.store(Buffer::slab, 7);
        sim.worker(1);
        sim.load(Buffer::slab, 7);
        CHECK(sim.counts().fetched == PerBuffer{0, 1});
        CHECK(level(sim, CacheLevel::llc).hits == 1);
        CHECK(level(sim, CacheLevel::l1).down == 1);
        CHECK(level(sim, CacheLevel::l2).down == 1);
        CHECK(sim.lines().invalidated == 0);
        sim.worker(0);
        sim.load(Buffer::slab, 7); // still there
        CHECK(level(sim, CacheLevel::l1).hits == 1);
        CHECK(sim.dirty_lines() == PerBuffer{0, 1});
    }
}

TEST_CASE("a clean line that only another worker's caches have comes from there, not from memory") {
    HierarchySim sim(usual(LlcPolicy::exclusive, 2), lines);
    sim.load(Buffer::pool, 7);
    sim.worker(1);
    sim.load(Buffer::pool, 7);
    CHECK(sim.lines().handed_over == 1);
    CHECK(sim.counts().fetched == PerBuffer{1});
    CHECK(level(sim, CacheLevel::llc) == LevelLines{0, 2, 1, 0, 0});
}

TEST_CASE("workers that share nothing cost as much as one worker") {
    HierarchySim one(usual(LlcPolicy::non_inclusive), lines), two(usual(LlcPolicy::non_inclusive, 2), lines);
    for (const unsigned worker : {0u, 1u}) {
        two.worker(worker);
        two.copy(Buffer::pool, worker * 500, Buffer::slab, slab + worker * 500, 500);
        one.copy(Buffer::pool, worker * 500, Buffer::slab, slab + worker * 500, 500);
    }
    two.evict_all();
    one.evict_all();
    CHECK(one.counts() == two.counts());
    CHECK(two.lines().invalidated == 0);
}

TEST_CASE("a non-temporal store removes the line from every cache, and a dirty copy is not written back") {
    HierarchySim sim(usual(LlcPolicy::non_inclusive, 2), lines);
    sim.store(Buffer::slab, 7);
    sim.worker(1);
    sim.nt_store(Buffer::slab, 7);
    CHECK(sim.counts().written_back == PerBuffer{0, 1});
    CHECK(sim.dirty_lines() == PerBuffer{});
    sim.load(Buffer::slab, 7);
    CHECK(sim.counts().fetched == PerBuffer{0, 2});
    sim.evict_all();
    CHECK(sim.counts().written_back == PerBuffer{0, 1});
}

TEST_CASE("next-line prefetching fetches every second line of a stream ahead, and stops at a page's end") {
    HierarchySpec spec = usual(LlcPolicy::non_inclusive);
    spec.prefetch = Prefetch::next_line;
    HierarchySim sim(spec, lines);
    sim.load_range(Buffer::pool, 0, 64); // one page
    CHECK(sim.counts().fetched == PerBuffer{64});
    CHECK(sim.lines().prefetched == 32);
    CHECK(sim.counts().cold_reads == 64);
    CHECK(level(sim, CacheLevel::l2) == LevelLines{32, 32, 64, 0, 0});
    CHECK(level(sim, CacheLevel::llc).misses == 32);
    sim.load(Buffer::pool, 127); // the last line of the next page
    CHECK(sim.lines().prefetched == 32);
    sim.load(Buffer::pool, 200); // fetches 201, which is never used
    CHECK(sim.lines().prefetched == 33);
    CHECK(sim.counts().fetched == PerBuffer{67});
}

TEST_CASE("a line prefetched by a store miss counts as write-allocated and is not dirty") {
    HierarchySim sim({{}, {}, of(4, 4), LlcPolicy::non_inclusive, Prefetch::next_line, 1}, lines);
    sim.store(Buffer::slab, slab);
    CHECK(sim.counts().fetched == PerBuffer{0, 2});
    CHECK(sim.counts().write_allocated == 2);
    CHECK(sim.dirty_lines() == PerBuffer{0, 1});
    sim.load(Buffer::slab, slab); // a hit of an LLC without private levels triggers nothing
    CHECK(sim.lines().prefetched == 1);
}

TEST_CASE("lines as long as a page are never prefetched") {
    const CacheGeometry pages{16 * 4096, 4, 4096};
    HierarchySim sim({{}, {}, pages, LlcPolicy::non_inclusive, Prefetch::next_line, 1}, lines);
    sim.load_range(Buffer::pool, 0, 8);
    CHECK(sim.lines().prefetched == 0);
}

TEST_CASE("an invalid hierarchy is a one-line error") {
    const auto error_of = [](const HierarchySpec& spec) {
        const auto sound = check(spec);
        REQUIRE_FALSE(sound);
        CHECK(sound.error().code == ExitCode::usage);
        return to_line(sound.error());
    };
    HierarchySpec spec = usual(LlcPolicy::exclusive);
    CHECK(check(spec));
    spec.l1->ways = 0;
    CHECK_THAT(error_of(spec), Catch::Contains("the number of ways must be from 1 to 65536"));
    spec.l1 = CacheGeometry{4096, 4, 128};
    CHECK_THAT(error_of(spec), Catch::Contains("L1: its lines have 128 bytes, those of the LLC 64"));
    spec.l1.reset();
    spec.l2.reset();
    CHECK_THAT(error_of(spec),
               Catch::Contains("exclusive: this LLC is filled only from a private cache, and there is none"));
    spec.policy = LlcPolicy::inclusive;
    CHECK(check(spec));
    spec.workers = 0;
    CHECK_THAT(error_of(spec), Catch::Contains("0 workers"));
    spec.workers = 4097;
    CHECK_THAT(error_of(spec), Catch::Contains("4097 workers"));
}

TEST_CASE("every policy and prefetcher is found by exactly its name") {
    for (const LlcPolicy policy : every_policy)
        CHECK(llc_policy_named(name_of(policy)) == policy);
    for (const Prefetch prefetch : {Prefetch::none, Prefetch::next_line})
        CHECK(prefetch_named(name_of(prefetch)) == prefetch);
    CHECK_FALSE(llc_policy_named("llc"));
    CHECK_FALSE(prefetch_named("stride"));
}
