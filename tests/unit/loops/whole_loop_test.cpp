#include <catch2/catch.hpp>

#include "loops/traffic_descriptor.hpp"
#include "support/small_arena.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("whole gathers every row of the new set in every step, changed or not") {
    const std::vector<Ids> masks{{0, 2, 5, 7}, {1, 2, 5, 6}, {1, 2, 5, 6}, {3}};
    Workspace workspace = eight_rows(masks);
    WorkerTeam team(1);
    const auto loop = make_loop(LoopKind::whole, workspace, team, {});
    loop->reset(changes_of(masks));
    CHECK(fault_of(*loop, workspace, 0) == "");
    const std::uint32_t written[] = {4, 4, 1}; // m after each step
    for (std::uint32_t step = 0; step < 3; ++step) {
        CHECK(loop->step(step).rows_written == written[step]);
        CHECK(fault_of(*loop, workspace, step + 1) == "");
    }
    CHECK(loop->active_rows() == 1);
}

TEST_CASE("the streams of whole ask for the metadata bytes that it moves") {
    const std::vector<Ids> masks{{0, 2, 5, 7}, {1, 2, 5, 6}};
    Workspace workspace = eight_rows(masks);
    // One mask word (8 bytes), 4 list entries stored and loaded (32), 4 entries of each of two tables stored (32).
    CHECK(replay_ledger(LoopKind::whole, workspace, changes_of(masks), {}).back().metadata_bytes == 72);
}
