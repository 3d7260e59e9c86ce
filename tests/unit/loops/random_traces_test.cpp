// Properties for seeded random configurations: sizes, layouts, changes, loops, teams.

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstring>

#include "base/random.hpp"
#include "support/drawn_trace.hpp"
#include "support/small_arena.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

struct Configuration {
    WorkspaceSpec spec;
    std::uint32_t active_rows;
    std::vector<StepChange> changes;
    Pattern pattern;
};

/// N 1..200, any m, 12 steps of any A <= N - m and R <= m, one to three groups of 8..80 bytes.
Configuration draw(Random& random) {
    Configuration c;
    const std::uint32_t rows = 1 + random.below(200);
    c.active_rows = random.below(rows + 1);
    std::uint32_t active = c.active_rows;
    for (int step = 0; step < 12; ++step) {
        // Small, medium and extreme changes with equal probability.
        const std::uint32_t divisor = 1 + random.below(8);
        const StepChange change{random.below((rows - active) / divisor + 1), random.below(active / divisor + 1)};
        c.changes.push_back(change);
        active = active + change.added - change.removed;
    }
    RowLayout layout;
    for (std::uint32_t g = 0; g <= random.below(3); ++g) {
        layout.groups.push_back({std::string(1, static_cast<char>('a' + g)), 8 + random.below(73)});
    }
    c.spec = {rows, bounds_of(c.active_rows, c.changes).active_rows, layout, 13, bound_rows(c.changes)};
    c.pattern = random.below(2) == 0 ? test::random_rows : test::row_blocks;
    return c;
}

/// min_rows by its definition, on sets: A, plus (for R > A) the survivors in slots m_after .. m_before - 1.
std::uint32_t min_rows(const std::vector<std::uint32_t>& slab, StepChange change, const Ids& after) {
    std::uint32_t rows = change.added;
    for (std::size_t slot = after.size(); slot < slab.size(); ++slot)
        rows += after.count(slab[slot]) > 0 ? 1 : 0;
    return rows;
}

} // namespace

TEST_CASE("every loop keeps slab and set correct on random traces, and paired writes exactly the minimum of rows") {
    Random random(2024);
    for (int round = 0; round < 150; ++round) {
        const Configuration c = draw(random);
        Workspace workspace = make_workspace(c.spec);
        test::draw_trace(workspace.masks(), c.spec.pool_rows, c.active_rows, c.changes, c.pattern, 5, 0,
                         static_cast<std::uint32_t>(round));
        LoopOptions options;
        options.tau = 0.1 * random.below(12);
        options.grain = 1 + random.below(5);
        options.parallel_threshold = random.below(30);
        WorkerTeam team(1 + random.below(3));
        INFO("round " << round << ", N " << c.spec.pool_rows << ", m " << c.active_rows << ", threads "
                      << team.threads());
        for (const auto& entry : loops()) {
            if (!entry.built_in) continue;
            INFO(entry.name);
            const auto ledger = replay_ledger(entry.kind, workspace, c.changes, options);
            const auto loop = make_loop(entry.kind, workspace, team, options);
            loop->reset(c.changes);
            for (std::uint32_t step = 0; step < c.changes.size(); ++step) {
                const auto before = ids_of(*loop);
                const auto after = read_mask(workspace, step + 1);
                const auto [added, removed] = c.changes[step];
                const std::uint32_t least = min_rows(before, c.changes[step], after);
                const auto outcome = loop->step(step);

                REQUIRE(fault_of(*loop, workspace, step + 1) == "");
                REQUIRE(loop->active_rows() == after.size());
                REQUIRE(ledger[step].min_rows == least);
                REQUIRE(ledger[step].rows_written == outcome.rows_written);
                if (entry.stores == StoredRows::minimal) {
                    REQUIRE(outcome.rows_written == least);
                    REQUIRE(outcome.rows_written <= std::max(added, removed));
                } else if (entry.stores == StoredRows::depends) {
                    const bool rebuilds = added + removed > options.tau * static_cast<double>(after.size());
                    REQUIRE(outcome.rows_written == (rebuilds ? after.size() : least));
                } else {
                    REQUIRE(outcome.rows_written == after.size());
                }
            }
        }
    }
}

TEST_CASE("teams of one, two and three workers leave the same slab") {
    const RowLayout layout{{{"up", 24}, {"down", 40}}};
    const auto changes = plan_changes(300, 100, {31, 30, true}, 20);
    REQUIRE(changes.has_value());
    for (const auto& entry : loops()) {
        if (!entry.built_in) continue;
        INFO(entry.name);
        std::vector<std::vector<std::byte>> slabs;
        for (const unsigned threads : {1u, 2u, 3u}) {
            Workspace workspace = make_workspace({300, 300, layout, 21, bound_rows(*changes)});
            test::draw_trace(workspace.masks(), 300, 100, *changes, test::random_rows, 3, 61, 0);
            WorkerTeam team(threads);
            LoopOptions options;
            options.grain = 4;
            options.parallel_threshold = 1;
            const auto loop = make_loop(entry.kind, workspace, team, options);
            loop->reset(*changes);
            for (std::uint32_t step = 0; step < changes->size(); ++step)
                loop->step(step);
            CHECK(fault_of(*loop, workspace, 20) == "");
            slabs.emplace_back(workspace.slab_row(0, 0), workspace.slab_row(1, 300));
        }
        CHECK(slabs[0] == slabs[1]);
        CHECK(slabs[0] == slabs[2]);
    }
}

TEST_CASE("every copy method leaves the same slab") {
    const RowLayout layout{{{"up", 200}, {"down", 31}}};
    const auto changes = plan_changes(64, 20, {10, 5, false}, 10);
    REQUIRE(changes.has_value());
    std::vector<CopyMethod> methods(copy_methods().begin(), copy_methods().end());
    for (const auto& [rows, lines] : {std::pair(1, 1), std::pair(3, 2), std::pair(64, 4)})
        methods.push_back(CopyMethod::prefetching(rows, lines));
    for (const auto method : methods) {
        if (!runs_here(method)) continue;
        for (const auto& entry : loops()) {
            if (!entry.built_in) continue;
            for (const unsigned threads : {1u, 2u}) {
                INFO(name_of(method) << ", " << entry.name << ", threads " << threads);
                Workspace workspace = make_workspace({64, 64, layout, 11, bound_rows(*changes)});
                test::draw_trace(workspace.masks(), 64, 20, *changes, test::row_blocks, 3, 15, 0);
                std::memset(workspace.slab_row(0, 0), 0x5a, 64 * 200);
                WorkerTeam team(threads);
                LoopOptions options;
                options.copy = method;
                options.grain = 2;
                options.parallel_threshold = 1;
                const auto loop = make_loop(entry.kind, workspace, team, options);
                loop->reset(*changes);
                std::uint32_t most = loop->active_rows();
                for (std::uint32_t step = 0; step < changes->size(); ++step) {
                    loop->step(step);
                    most = std::max(most, loop->active_rows());
                    CHECK(fault_of(*loop, workspace, step + 1) == "");
                }
                // Nothing was stored behind the last slot that was ever in use.
                const std::byte* const behind = workspace.slab_row(0, most);
                CHECK(std::all_of(behind, behind + (64 - most) * 200,
                                  [](std::byte each) { return each == std::byte{0x5a}; }));
            }
        }
    }
}
