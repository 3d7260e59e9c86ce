#include <catch2/catch.hpp>

#include "model/simulate.hpp"

using namespace bytebound;

namespace {

/// {pool, slab, mask, index, meta}
using PerBuffer = std::array<std::uint64_t, buffer_count>;

constexpr CacheGeometry roomy = {1 << 20, 16, 64};    // larger than all data below
constexpr CacheGeometry sixteen_sets = {4096, 4, 64}; // 16 sets of 4

/// Rows of one line in `up` and one in `down`, S = 128. With N = m = 128 every mask is full, so that all addresses are
/// known: pool.up is lines 0-127, pool.down 128-255, slab.up 256-383, slab.down 384-511, the list of ids 512-519, the
/// masks, 16 bytes each, from line 640.
SimulationSpec full_set(LoopKind loop, const CacheGeometry& cache, std::uint32_t steps) {
    SimulationSpec spec;
    spec.loop = loop;
    spec.workspace = {128, 128, make_layout(Dtype::i8, 64, 64, 0), steps + 1, 0};
    spec.trace = {{128, 128}, {}, 0, steps};
    spec.cache = cache;
    return spec;
}

SimulationSpec change_of(LoopKind loop, std::uint32_t pool_rows, std::uint32_t active_rows, StepChange change) {
    SimulationSpec spec = full_set(loop, roomy, 1);
    spec.workspace.pool_rows = spec.workspace.slab_rows = pool_rows;
    spec.trace.workload = {pool_rows, active_rows};
    spec.workspace.oracle_pairs = 16;
    spec.trace.change = {change.added, change.removed};
    return spec;
}

} // namespace

TEST_CASE("a rebuild far larger than the cache fetches pool and slab and writes the slab back, every step") {
    const Simulation result = *simulate(full_set(LoopKind::index, sixteen_sets, 12));
    // Row i's four lines are in set i mod 16 and fill it. 256 pool lines and 256 slab lines (write-allocate) are
    // fetched, 256 slab lines are evicted dirty. Line j of the id list is in set j: it is stored before the gather (7
    // misses: only line 7 stays, because no later row evicts it), evicted by row j (8 write-backs), loaded again for
    // row 16j (j > 0), and once more after row 16j + j has evicted it: 7 + 7 + 8 = 22. One mask line.
    for (std::size_t step = 1; step < 12; ++step) {
        CAPTURE(step);
        CHECK(result.steps[step] == LineCounts{PerBuffer{256, 256, 1, 22, 0}, PerBuffer{0, 256, 0, 8, 0}, 0, 256});
    }
    // Per step 2 mask words, 128 ids stored and loaded, 4 lines per row.
    CHECK(result.line_references == 12 * (2 + 256 + 512));
}

TEST_CASE("a rebuild inside the cache costs only its new masks once it is warm") {
    const Simulation result = *simulate(full_set(LoopKind::index, roomy, 9));
    CHECK(result.steps[0] == LineCounts{PerBuffer{256, 256, 1, 8, 0}, PerBuffer{}, 256, 256});
    // Step s reads mask s + 1, four of which share a line: new ones at steps 3 and 7.
    for (std::size_t step = 1; step < 9; ++step) {
        CAPTURE(step);
        CHECK(result.steps[step] == LineCounts{PerBuffer{0, 0, step % 4 == 3 ? 1u : 0u, 0, 0}, PerBuffer{}});
    }
}

TEST_CASE("with k = 0 paired touches nothing but masks, and the rebuild still gathers all rows") {
    const Simulation paired = *simulate(full_set(LoopKind::paired, roomy, 4));
    CHECK(paired.steps[0] == LineCounts{PerBuffer{0, 0, 1}, PerBuffer{}});
    CHECK(paired.steps[1] == LineCounts{});
    CHECK(paired.steps[3] == LineCounts{PerBuffer{0, 0, 1}, PerBuffer{}});
    CHECK(paired.line_references == 4 * 4); // two words of two masks
    const Simulation mask = *simulate(full_set(LoopKind::mask, roomy, 1));
    CHECK(mask.steps[0] == LineCounts{PerBuffer{256, 256, 1}, PerBuffer{}, 256, 256});
}

TEST_CASE("one row replaced costs its lines in pool and slab and a line of each list and table") {
    const Simulation oracle = *simulate(change_of(LoopKind::oracle, 256, 128, {1, 1}));
    CHECK(oracle.steps[0] == LineCounts{PerBuffer{2, 2, 0, 1, 0}, PerBuffer{}, 2, 2}); // one 8-byte pair
    CHECK(oracle.line_references == 5);
    const Simulation paired = *simulate(change_of(LoopKind::paired, 256, 128, {1, 1}));
    CHECK(paired.steps[0].fetched[0] == 2);
    CHECK(paired.steps[0].fetched[1] == 2);
    CHECK(paired.steps[0].fetched[2] == 1); // both masks of 32 bytes in one line
    CHECK(paired.steps[0].fetched[3] == 2); // sources and slots
    CHECK(paired.steps[0].written_back_total() == 0);
}

TEST_CASE("paired with R > A moves only the survivors of the removed slots") {
    const SimulationSpec spec = change_of(LoopKind::paired, 128, 128, {0, 4});
    // Slot = id at first; slots 124 to 127 are removed: t survivors there, each loaded and stored in two lines.
    std::vector<std::uint64_t> masks(4);
    REQUIRE(generate_trace(masks, **make_source(spec.trace), 0));
    const auto t = static_cast<std::uint64_t>(__builtin_popcountll(masks[3] >> 60));
    REQUIRE(t > 0);
    const LineCounts step = simulate(spec)->steps[0];
    CHECK(step.fetched[0] == 0);
    CHECK(step.fetched[1] == 4 * t);
    CHECK(step.written_back_total() == 0);
}

TEST_CASE("hybrid above tau works like the rebuild and below like paired") {
    SimulationSpec spec = change_of(LoopKind::hybrid, 256, 128, {8, 8});
    spec.options.tau = 0.1;
    CHECK(simulate(spec)->steps[0].fetched[1] == 256);
    spec.options.tau = 0.5;
    CHECK(simulate(spec)->steps[0].fetched[1] == 16);
}

TEST_CASE("with --between use the slab is read in the gap, not in the step") {
    SimulationSpec spec = full_set(LoopKind::paired, roomy, 2);
    spec.gap = Gap::use;
    const Simulation result = *simulate(spec);
    CHECK(result.steps[0] == LineCounts{PerBuffer{0, 0, 1}, PerBuffer{}});
    CHECK(result.gaps == std::vector<GapLines>{{256, 0}, {0, 0}});
}

TEST_CASE("a sweep writes back dirty lines, reads its footprint and leaves every step cold") {
    SimulationSpec spec = full_set(LoopKind::index, roomy, 3);
    spec.gap = Gap::evict;
    spec.sweep_bytes = 4 << 20;
    const Simulation result = *simulate(spec);
    for (std::size_t step = 0; step < 3;
         ++step) // lines that a sweep evicted are not cold reads when they are fetched again
        CHECK(result.steps[step] == LineCounts{PerBuffer{256, 256, 1, 8, 0}, PerBuffer{}, step == 0 ? 256u : 0u, 256});
    // Dirty: 256 slab lines and 8 of the id list. Footprint: 4 MiB / 64.
    CHECK(result.gaps == std::vector<GapLines>(3, {65536, 264}));
}

TEST_CASE("without a gap there are no gap lines, and equal specs give equal results") {
    const SimulationSpec spec = change_of(LoopKind::paired, 256, 128, {8, 8});
    CHECK(simulate(spec)->gaps.empty());
    CHECK(*simulate(spec) == *simulate(spec));
}

TEST_CASE("lines stored in a cold phase are written back or dirty at its end") {
    SimulationSpec spec = full_set(LoopKind::index, sixteen_sets, 12);
    const Simulation cold = *simulate(spec);
    // Every step stores 256 slab lines and 8 of the id list, all of which are evicted or still cached.
    std::uint64_t written_back = 0;
    for (const LineCounts& step : cold.steps)
        written_back += step.written_back[1];
    CHECK(cold.dirty_before == DirtyLines{});
    CHECK(cold.flushed[1] > 0);
    CHECK(written_back + cold.flushed[1] == 12 * 256);
    // After a warm-up of 4 steps, the 8 measured steps wrote back what they stored, minus the growth of dirty lines.
    spec.trace.warmup_steps = 4;
    spec.trace.measured_steps = 8;
    const Simulation warm = *simulate(spec);
    CHECK(warm.steps == cold.steps);
    std::uint64_t measured = 0;
    for (std::size_t step = 4; step < 12; ++step)
        measured += warm.steps[step].written_back[1];
    CHECK(measured + warm.flushed[1] - warm.dirty_before[1] == 8 * 256);
}

TEST_CASE("a rebuild by non-temporal stores fetches no slab line and leaves none in the cache") {
    SimulationSpec spec = full_set(LoopKind::index, roomy, 3);
    spec.options.copy = CopyMethod::nt;
    const Simulation result = *simulate(spec);
    CHECK(result.steps[0] == LineCounts{PerBuffer{256, 0, 1, 8, 0}, PerBuffer{0, 256}, 256, 0});
    CHECK(result.steps[1] == LineCounts{PerBuffer{}, PerBuffer{0, 256}, 0, 0});
    CHECK(result.flushed == DirtyLines{0, 0, 0, 8});
    SimulationSpec oracle = change_of(LoopKind::oracle, 256, 128, {1, 1});
    oracle.options.copy = CopyMethod::nt;
    CHECK(simulate(oracle)->steps[0] == LineCounts{PerBuffer{2, 0, 0, 1, 0}, PerBuffer{0, 2}, 2, 0});
}

TEST_CASE("a prefetched line is loaded in program order: in a tiny cache it may be gone before its row is copied") {
    // One set. Five rows of one line each become active, p0 to p4 into s0 to s4; their pairs L take one line, too.
    SimulationSpec spec;
    spec.loop = LoopKind::oracle;
    spec.workspace = {8, 8, make_layout(Dtype::i8, 64, 0, 0), 2, 8};
    spec.trace = {{8, 0}, {5, 0}, 0, 1};
    // Without, in 4 lines: L p0 s0 | L p1 s1 | ... The list stays, and s0, s1, s2 are pushed out by p2, p3, p4.
    spec.cache = {256, 4, 64};
    CHECK(simulate(spec)->steps[0] == LineCounts{PerBuffer{5, 5, 0, 1, 0}, PerBuffer{0, 3, 0, 0, 0}, 5, 5});
    // One row ahead: L p0 | L p1, p0 s0 | L p2, p1 s1 | L p3, p2 s2 | L p4, p3 s3 | p4 s4. p2 pushes out p1, p3 p2, and
    // p4 p3, each before its row is copied: 3 lines are fetched twice. s1, s2, s3 push out s0, s1, s2.
    spec.options.copy = CopyMethod::prefetching(1, 1);
    CHECK(simulate(spec)->steps[0] == LineCounts{PerBuffer{8, 5, 0, 1, 0}, PerBuffer{0, 3, 0, 0, 0}, 5, 5});
    CHECK(simulate(spec)->line_references == 5 + 5 + 10);
    // In 8 lines nothing is fetched twice. p4, s3 and s4 push out p0, s0 and p1.
    spec.cache = {512, 8, 64};
    CHECK(simulate(spec)->steps[0] == LineCounts{PerBuffer{5, 5, 0, 1, 0}, PerBuffer{0, 1, 0, 0, 0}, 5, 5});
    // A window as long as the step: L p0 L p1 L p2 L p3 L p4 | p0 s0 p1 s1 p2 s2 p3 s3 p4 s4. s2 pushes out p3, p3 L,
    // s3 p4, p4 p0, s4 s0.
    spec.options.copy = CopyMethod::prefetching(5, 1);
    CHECK(simulate(spec)->steps[0] == LineCounts{PerBuffer{7, 5, 0, 1, 0}, PerBuffer{0, 1, 0, 0, 0}, 5, 5});
}

TEST_CASE("torch is library code and cannot be simulated") {
    const auto result = simulate(full_set(LoopKind::torch, roomy, 1));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ExitCode::not_possible);
    CHECK(result.error().cause == "library code");
}

TEST_CASE("an invalid geometry or arena is rejected before anything is allocated") {
    CHECK(simulate(full_set(LoopKind::index, {1000, 3, 64}, 1)).error().code == ExitCode::usage);
    SimulationSpec spec = full_set(LoopKind::index, {64, 1, 64}, 1);
    spec.workspace.pool_rows = spec.workspace.slab_rows = spec.trace.workload.pool_rows =
        1 << 28; // pool and slab of 32 GiB each: more than 2^28 lines for a single set
    const auto result = simulate(spec);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ExitCode::not_possible);
}

TEST_CASE("a simulation stops before the next step") {
    SimulationSpec spec = full_set(LoopKind::index, roomy, 9);
    int asked = 0;
    // 9 times while the trace is generated, then before steps 0, 1 and 2.
    spec.stop = [&asked] { return ++asked == 12; };
    const auto result = simulate(spec);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ExitCode::interrupted);
    CHECK(asked == 12);
    asked = 8; // during trace generation
    spec.stop = [&asked] { return ++asked == 10; };
    CHECK_FALSE(simulate(spec));
    CHECK(asked == 10);
}
