#include <catch2/catch.hpp>

#include "model/hierarchy_team.hpp"
#include "model/simulate.hpp"

using namespace bytebound;

namespace {

/// {pool, slab, mask, index, meta}
using PerBuffer = std::array<std::uint64_t, buffer_count>;

constexpr CacheGeometry llc{1 << 20, 16, 64};

HierarchySpec hierarchy(LlcPolicy policy, unsigned workers = 1) {
    return {CacheGeometry{2048, 4, 64}, CacheGeometry{8192, 8, 64}, llc, policy, Prefetch::none, workers};
}

SimulationSpec spec_of(LoopKind loop, const CacheGeometry& cache) {
    SimulationSpec spec;
    spec.loop = loop;
    spec.workspace = {512, 512, make_layout(Dtype::f32, 100, 60, 0), 7, 1000};
    spec.trace = {{512, 128}, {40, 40}, 2, 4};
    spec.cache = cache;
    return spec;
}

/// Three rows of 32 bytes, all active: rows 0 and 1 share a line of pool and slab, row 2 has half of the next one.
/// Mask, list and everything else fit in a line each.
SimulationSpec three_half_lines(LoopKind loop, unsigned workers) {
    SimulationSpec spec;
    spec.loop = loop;
    spec.workspace = {3, 3, make_layout(Dtype::i8, 32, 0, 0), 4, 0};
    spec.trace = {{3, 3}, {}, 0, 3};
    spec.options.grain = 1;
    spec.options.parallel_threshold = 1;
    spec.cache = llc;
    spec.hierarchy = hierarchy(LlcPolicy::non_inclusive, workers);
    return spec;
}

constexpr LoopKind every_loop[] = {LoopKind::paired, LoopKind::index, LoopKind::mask, LoopKind::hybrid,
                                   LoopKind::oracle};

} // namespace

TEST_CASE("a hierarchy of the LLC alone simulates every loop like the LLC alone") {
    for (const LoopKind loop : every_loop)
        for (const CopyMethod copy : {CopyMethod::memcpy, CopyMethod::nt})
            for (const Gap gap : {Gap::none, Gap::use, Gap::evict}) {
                SimulationSpec spec = spec_of(loop, {12 << 10, 3, 64});
                spec.options.copy = copy;
                spec.gap = gap;
                const Simulation alone = *simulate(spec);
                spec.hierarchy = HierarchySpec{{}, {}, spec.cache, LlcPolicy::non_inclusive, Prefetch::none, 1};
                Simulation with_levels = *simulate(spec);
                REQUIRE(with_levels.levels);
                // Measured steps only: the first two are warm-up.
                std::uint64_t fetched = 0;
                for (std::size_t step = 2; step < 6; ++step)
                    fetched += alone.steps[step].fetched_total();
                CHECK(with_levels.levels->levels[2].up == fetched);
                CHECK(with_levels.levels->levels[0] == LevelLines{});
                with_levels.levels.reset();
                CHECK(with_levels == alone);
            }
}

TEST_CASE("non-temporal copies cost no write-allocate in a hierarchy") {
    for (const LoopKind loop : every_loop) {
        SimulationSpec spec = spec_of(loop, llc);
        spec.workspace.layout = make_layout(Dtype::i8, 64, 128, 0); // whole lines
        spec.hierarchy = hierarchy(LlcPolicy::non_inclusive);
        spec.options.copy = CopyMethod::nt;
        const Simulation result = *simulate(spec);
        CHECK(result.steps[0].write_allocated == 0);
    }
}

TEST_CASE("private caches do not change the memory traffic of row copies far larger than they are") {
    SimulationSpec spec = spec_of(LoopKind::index, {64 << 10, 16, 64});
    const LineCounts alone = simulate(spec)->steps[5];
    spec.hierarchy = HierarchySpec{
        CacheGeometry{1024, 4, 64}, CacheGeometry{2048, 4, 64}, spec.cache, LlcPolicy::inclusive, Prefetch::none, 1};
    const LineCounts with_levels = simulate(spec)->steps[5];
    CHECK(std::abs(static_cast<double>(alone.fetched_total()) / static_cast<double>(with_levels.fetched_total()) - 1) <
          0.05);
}

TEST_CASE("two workers whose shares meet in one line take it from each other every step") {
    const Simulation result = *simulate(three_half_lines(LoopKind::index, 2));
    CHECK(result.steps[0] == LineCounts{PerBuffer{2, 2, 1, 1, 0}, PerBuffer{}, 2, 2});
    CHECK(result.steps[1] == LineCounts{});
    // Worker 0 has row 0, worker 1 rows 1 and 2. Step 0: worker 1 takes slab line 0. Later: worker 0 takes the list's
    // line (which worker 1 has read) and slab line 0, and worker 1 takes slab line 0 back.
    CHECK(result.levels->invalidated == 1 + 3 + 3);
    CHECK(simulate(three_half_lines(LoopKind::index, 1))->levels->invalidated == 0);
}

TEST_CASE("a team's references are those of its workers: mask's leader counts, and each worker scans") {
    // A mask of one word: counted once, scanned twice. Three rows, a line each of pool and slab.
    CHECK(simulate(three_half_lines(LoopKind::mask, 2))->line_references == 3 * (3 + 6));
    CHECK(simulate(three_half_lines(LoopKind::mask, 1))->line_references == 3 * (1 + 6));
}

TEST_CASE("the workers of a team take turns row by row") {
    // Both copy lines 0 and 1 to 100 and 101. Two lines fit: with alternating rows the second worker hits lines that
    // the first one fetched.
    HierarchySim sim({{}, {}, {128, 2, 64}, LlcPolicy::non_inclusive, Prefetch::none, 2}, 200);
    HierarchyObserver traffic(sim);
    TeamObserver team(sim, traffic, 1);
    const auto share = [&] {
        for (std::uint64_t row = 0; row < 2; ++row) {
            team.load(Buffer::index, 150 * 64, 0); // zero bytes: a list entry without cost
            team.copy(Buffer::pool, row * 64, Buffer::slab, (100 + row) * 64, 64);
        }
    };
    team.worker(0);
    share();
    team.worker(1);
    share();
    CHECK(sim.references() == 0);
    team.join();
    CHECK(sim.references() == 8);
    CHECK(sim.counts().fetched == PerBuffer{2, 2});
    share(); // outside of shares, immediate and with one worker: rows 0 and 1 again
    CHECK(sim.references() == 12);
    CHECK(sim.counts().fetched == PerBuffer{4, 4});
}

TEST_CASE("a row of two groups is one turn") {
    HierarchySim sim({{}, {}, {256, 4, 64}, LlcPolicy::non_inclusive, Prefetch::none, 2}, 200);
    HierarchyObserver traffic(sim);
    TeamObserver team(sim, traffic, 2);
    const auto share = [&] {
        for (std::uint64_t row = 0; row < 2; ++row) {
            team.copy(Buffer::pool, row * 64, Buffer::slab, (100 + row) * 64, 64);
            team.copy(Buffer::pool, (50 + row) * 64, Buffer::slab, (150 + row) * 64, 64);
        }
    };
    for (const unsigned worker : {0u, 1u}) {
        team.worker(worker);
        share();
    }
    team.join();
    CHECK(sim.counts().fetched == PerBuffer{4, 4}); // four lines per row: the second worker's row has only hits
}

TEST_CASE("an impossible hierarchy is refused before anything is simulated") {
    SimulationSpec spec = spec_of(LoopKind::index, llc);
    spec.hierarchy = hierarchy(LlcPolicy::exclusive);
    spec.hierarchy->l1->ways = 3;
    const auto result = simulate(spec);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ExitCode::usage);
}
