#include <catch2/catch.hpp>

#include "support/small_arena.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

struct Outcome {
    std::vector<std::uint32_t> ids;
    std::uint32_t rows_written;
};

/// The slab and the rows written after the last step of `masks`.
Outcome run(LoopKind kind, const std::vector<Ids>& masks, double tau = 0.5) {
    Workspace workspace = eight_rows(masks);
    WorkerTeam team(1);
    LoopOptions options;
    options.tau = tau;
    const auto loop = make_loop(kind, workspace, team, options);
    loop->reset(changes_of(masks));
    CHECK(fault_of(*loop, workspace, 0) == "");
    Outcome outcome{ids_of(*loop), 0};
    for (std::uint32_t step = 0; step + 1 < masks.size(); ++step) {
        outcome.rows_written = loop->step(step).rows_written;
        CHECK(fault_of(*loop, workspace, step + 1) == "");
        CHECK(loop->active_rows() == masks[step + 1].size());
    }
    outcome.ids = ids_of(*loop);
    return outcome;
}

StepLedger ledger(LoopKind kind, const std::vector<Ids>& masks, double tau = 0.5) {
    Workspace workspace = eight_rows(masks);
    LoopOptions options;
    options.tau = tau;
    return replay_ledger(kind, workspace, changes_of(masks), options).back();
}

using List = std::vector<std::uint32_t>;

// Slots of the first set: 0:0 1:2 2:5 3:7.
const Ids four{0, 2, 5, 7};

} // namespace

TEST_CASE("paired overwrites the slots of removed rows in ascending order of both") {
    // Removed 0 (slot 0) and 5 (slot 2), added 4 and 6.
    const std::vector<Ids> masks{four, {2, 4, 6, 7}};
    for (const auto kind : {LoopKind::paired, LoopKind::oracle}) {
        const Outcome outcome = run(kind, masks);
        CHECK(outcome.ids == List{4, 2, 6, 7});
        CHECK(outcome.rows_written == 2);
    }
}

TEST_CASE("paired appends added rows that do not replace a removed one") {
    // Removed 2 (slot 1), added 1, 3, 4.
    const std::vector<Ids> masks{four, {0, 1, 3, 4, 5, 7}};
    for (const auto kind : {LoopKind::paired, LoopKind::oracle}) {
        const Outcome outcome = run(kind, masks);
        CHECK(outcome.ids == List{0, 1, 5, 7, 3, 4});
        CHECK(outcome.rows_written == 3);
    }
}

TEST_CASE("paired fills holes below the new end with added rows first, then with survivors of the tail") {
    // Removed 0, 2, 5 (slots 0, 1, 2), added 1; the block ends before slot 2. 1 goes to slot 0, 7 from slot 3 to slot
    // 1, and slot 2 is popped: 2 rows although max(A,R) = 3.
    const std::vector<Ids> masks{four, {1, 7}};
    for (const auto kind : {LoopKind::paired, LoopKind::oracle}) {
        const Outcome outcome = run(kind, masks);
        CHECK(outcome.ids == List{1, 7});
        CHECK(outcome.rows_written == 2);
    }
}

TEST_CASE("paired takes survivors from the last slot downwards") {
    // Removed 0 and 2 (slots 0 and 1), the block ends before slot 2: 7 (slot 3) to slot 0, 5 (slot 2) to slot 1.
    CHECK(run(LoopKind::paired, {four, {5, 7}}).ids == List{7, 5});
}

TEST_CASE("paired pops removed rows at the end without a copy") {
    const Outcome outcome = run(LoopKind::paired, {four, {0, 2}});
    CHECK(outcome.ids == List{0, 2});
    CHECK(outcome.rows_written == 0);
}

TEST_CASE("index and mask gather every row of the new set in ascending order") {
    const std::vector<Ids> masks{four, {1, 7}, {0, 1, 3, 4, 6}};
    for (const auto kind : {LoopKind::index, LoopKind::mask}) {
        const Outcome outcome = run(kind, masks);
        CHECK(outcome.ids == List{0, 1, 3, 4, 6});
        CHECK(outcome.rows_written == 5);
    }
}

TEST_CASE("hybrid rebuilds when k exceeds tau times the rows after the step, and pairs at exactly that") {
    // k = 2, 4 rows after the step: tau m = 2 pairs, anything smaller rebuilds.
    const std::vector<Ids> masks{four, {2, 4, 5, 7}};
    CHECK(run(LoopKind::hybrid, masks, 0.5).ids == List{4, 2, 5, 7});
    CHECK(run(LoopKind::hybrid, masks, 0.5).rows_written == 1);
    CHECK(run(LoopKind::hybrid, masks, 0.49).ids == List{2, 4, 5, 7});
    CHECK(run(LoopKind::hybrid, masks, 0.49).rows_written == 4);
}

TEST_CASE("hybrid decides by the number of rows after the step") {
    // k = 3: 0.5 * 5 = 2.5 after growing by 1 rebuilds; shrinking by 3 of 6 leaves 3 rows; growing by 3 to 6 pairs.
    CHECK(run(LoopKind::hybrid, {four, {0, 1, 3, 5, 7}}).rows_written == 5);
    CHECK(run(LoopKind::hybrid, {{0, 1, 2}, {0, 1, 2, 3, 4, 5}}).rows_written == 3);
}

TEST_CASE("hybrid stays correct when it alternates between rebuilding and pairing") {
    // Step 0 pairs (k = 2): slots 4 2 5 7. Step 1 rebuilds (k = 4): 1 3 5 7 ascending. Step 2 pairs with the rebuilt
    // tables: 5 (slot 2) is removed, 0 is added.
    const std::vector<Ids> masks{four, {2, 4, 5, 7}, {1, 3, 5, 7}, {0, 1, 3, 7}};
    const Outcome outcome = run(LoopKind::hybrid, masks);
    CHECK(outcome.ids == List{1, 3, 0, 7});
    CHECK(outcome.rows_written == 1);
}

TEST_CASE("empty and full sets are reached and left again") {
    const Ids all{0, 1, 2, 3, 4, 5, 6, 7};
    for (const auto& entry : loops()) {
        if (!entry.built_in) continue;
        INFO(entry.name);
        CHECK(run(entry.kind, {all, {}, {}, all, all, four}).ids.size() == 4);
        CHECK(run(entry.kind, {{}, all}).rows_written == 8);
        CHECK(run(entry.kind, {all, {}}).rows_written == 0);
        CHECK(run(entry.kind, {{}, {}}).rows_written == 0);
    }
}

TEST_CASE("a step without a change writes nothing unless it rebuilds") {
    CHECK(run(LoopKind::paired, {four, four}).rows_written == 0);
    CHECK(run(LoopKind::oracle, {four, four}).rows_written == 0);
    CHECK(run(LoopKind::hybrid, {four, four}).rows_written == 0);
    CHECK(run(LoopKind::index, {four, four}).rows_written == 4);
    CHECK(run(LoopKind::mask, {four, four}).rows_written == 4);
}

TEST_CASE("reset restarts from the first mask") {
    const std::vector<Ids> masks{four, {1, 7}};
    Workspace workspace = eight_rows(masks);
    WorkerTeam team(1);
    for (const auto& entry : loops()) {
        if (!entry.built_in) continue;
        INFO(entry.name);
        const auto loop = make_loop(entry.kind, workspace, team, {});
        loop->reset(changes_of(masks));
        loop->step(0);
        loop->reset(changes_of(masks));
        CHECK(ids_of(*loop) == List{0, 2, 5, 7});
        CHECK(fault_of(*loop, workspace, 0) == "");
        loop->step(0);
        CHECK(fault_of(*loop, workspace, 1) == "");
    }
}

TEST_CASE("torch is known and not built in") {
    Workspace workspace = eight_rows({four});
    WorkerTeam team(1);
    CHECK(make_loop(LoopKind::torch, workspace, team, {}) == nullptr);
    CHECK(replay_ledger(LoopKind::torch, workspace, {}, {}).empty());
}

// Metadata counted by hand. diff: old and new word 16, 4 per listed id. Overwrite: removed id, its slot, destination
// stored, added id, two table entries stored = 24. Append: 16. Copy: two list entries = 8.
TEST_CASE("the ledger of a step that keeps the size") {
    const std::vector<Ids> masks{four, {2, 4, 6, 7}};
    CHECK(ledger(LoopKind::paired, masks) == StepLedger{2, 2, 16 + 16 + 2 * 24 + 2 * 8});
    CHECK(ledger(LoopKind::oracle, masks) == StepLedger{2, 2, 2 * 8});
    CHECK(ledger(LoopKind::mask, masks) == StepLedger{4, 2, 8});
    CHECK(ledger(LoopKind::index, masks) == StepLedger{4, 2, 8 + 4 * 4 + 4 * 4}); // word, list stored, list loaded
    // k = 4 > 0.5 * 4: diff, then index's list with two table entries a row
    CHECK(ledger(LoopKind::hybrid, masks) == StepLedger{4, 2, 16 + 16 + 8 + 4 * 12 + 4 * 4});
    CHECK(ledger(LoopKind::hybrid, masks, 1.0) == ledger(LoopKind::paired, masks));
}

TEST_CASE("the ledger of a step that grows") {
    const std::vector<Ids> masks{four, {0, 1, 3, 4, 5, 7}};
    CHECK(ledger(LoopKind::paired, masks) == StepLedger{3, 3, 16 + 16 + 24 + 2 * 16 + 3 * 8});
    CHECK(ledger(LoopKind::index, masks) == StepLedger{6, 3, 8 + 6 * 8});
}

TEST_CASE("the ledger of a shrinking step counts the survivors in the removed slots") {
    // Holes: 3 removed ids and slots loaded, 2 slots stored = 32. Added row: slot, id, two entries = 16. Survivor:
    // slot, id_at, mask word, source stored, two entries = 28. In index's ascending slab 7 is also in slot 3: t = 1.
    const std::vector<Ids> masks{four, {1, 7}};
    CHECK(ledger(LoopKind::paired, masks) == StepLedger{2, 2, 32 + 32 + 16 + 28 + 2 * 8});
    CHECK(ledger(LoopKind::index, masks) == StepLedger{2, 2, 8 + 2 * 8});
    // Only the tail is removed: ids and slots of 2 removed rows are loaded, nothing is copied.
    CHECK(ledger(LoopKind::paired, {four, {0, 2}}) == StepLedger{0, 0, 16 + 8 + 2 * 8});
}

TEST_CASE("the minimum of rows of a shrinking step depends on the loop's own slab") {
    // After step 0 paired has 4 2 6 7 and index 2 4 6 7. Step 1 removes 6 and 4, and the last two slots: in paired's
    // slab 7 survives there (t = 1); in index's these slots contain 6 and 7, and 7 survives too.
    const std::vector<Ids> same{four, {2, 4, 6, 7}, {2, 7}};
    CHECK(ledger(LoopKind::paired, same).min_rows == 1);
    CHECK(ledger(LoopKind::index, same).min_rows == 1);
    // Removing 2 and 4: in paired's slab 4 2 are low and 6 7 survive above (t = 2), as in index's 2 4 6 7. Removing 4
    // and 7 from 4 2 6 7: 6 survives (t = 1); from 2 4 6 7: 6 survives. Removing 6, 7: none in either. A slab order
    // with different results: 0 1 2 3 -> 4 1 2 3 compared with 1 2 3 4; then 4 and 1 are removed.
    const std::vector<Ids> apart{{0, 1, 2, 3}, {1, 2, 3, 4}, {2, 3}};
    CHECK(ledger(LoopKind::paired, apart).min_rows == 2); // 2 and 3 in the removed slots
    CHECK(ledger(LoopKind::index, apart).min_rows == 1);  // 3 and the removed 4
}

namespace {

struct Reference {
    char kind; // L load, S store, C copy
    Buffer buffer;
    std::uint64_t offset, bytes;
    Buffer to = Buffer::pool;
    std::uint64_t to_offset = 0;
    bool operator==(const Reference&) const = default;
};

class Recorder final : public AccessObserver {
public:
    void copy(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset,
              std::uint64_t bytes) override {
        seen.push_back({'C', from, from_offset, bytes, to, to_offset});
    }
    void load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override {
        seen.push_back({'L', buffer, offset, bytes});
    }
    void store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override {
        seen.push_back({'S', buffer, offset, bytes});
    }
    std::vector<Reference> seen;
};

std::vector<Reference> stream(LoopKind kind, const std::vector<Ids>& masks) {
    Workspace workspace = eight_rows(masks);
    Recorder recorder;
    const auto loop = make_replay(kind, workspace, recorder, {});
    loop->reset(changes_of(masks));
    CHECK(recorder.seen.empty());
    for (std::uint32_t step = 0; step + 1 < masks.size(); ++step)
        loop->step(step);
    return recorder.seen;
}

constexpr auto pool = Buffer::pool, slab = Buffer::slab, mask = Buffer::mask, index_ = Buffer::index,
               meta = Buffer::meta;

} // namespace

TEST_CASE("the stream of a shrinking paired step, reference by reference") {
    const std::vector<Reference> expected{{'L', mask, 24576, 8},   // old word
                                          {'L', mask, 24584, 8},   // new word
                                          {'S', index_, 16384, 4}, // added 1
                                          {'S', index_, 16416, 4},
                                          {'S', index_, 16420, 4},
                                          {'S', index_, 16424, 4}, // removed 0 2 5
                                          {'L', index_, 16416, 4},
                                          {'L', meta, 20480, 4},
                                          {'S', index_, 16416, 4}, // 0: slot 0 is a hole
                                          {'L', index_, 16420, 4},
                                          {'L', meta, 20488, 4},
                                          {'S', index_, 16420, 4}, // 2: slot 1 is a hole
                                          {'L', index_, 16424, 4},
                                          {'L', meta, 20500, 4}, // 5: slot 2 is removed
                                          {'L', index_, 16416, 4},
                                          {'L', index_, 16384, 4}, // slot 0 gets 1
                                          {'S', meta, 20484, 4},
                                          {'S', meta, 20544, 4},
                                          {'L', index_, 16420, 4},
                                          {'L', meta, 20556, 4},
                                          {'L', mask, 24584, 8}, // slot 1: slot 3 contains 7, which is active
                                          {'S', index_, 16388, 4},
                                          {'S', meta, 20508, 4},
                                          {'S', meta, 20548, 4},
                                          {'L', index_, 16384, 4},
                                          {'L', index_, 16416, 4},
                                          {'C', pool, 64, 64, slab, 8192},
                                          {'C', pool, 4224, 128, slab, 12288},
                                          {'L', index_, 16388, 4},
                                          {'L', index_, 16420, 4},
                                          {'C', slab, 8384, 64, slab, 8256},
                                          {'C', slab, 12672, 128, slab, 12416}};
    CHECK(stream(LoopKind::paired, {four, {1, 7}}) == expected);
}

TEST_CASE("the stream of a paired step that overwrites and appends") {
    // Removed 2 (slot 1), added 1 and 3: 1 to slot 1, 3 to slot 4.
    const std::vector<Reference> expected{{'L', mask, 24576, 8},
                                          {'L', mask, 24584, 8},
                                          {'S', index_, 16384, 4},
                                          {'S', index_, 16388, 4},
                                          {'S', index_, 16416, 4},
                                          {'L', index_, 16416, 4},
                                          {'L', meta, 20488, 4},
                                          {'S', index_, 16416, 4},
                                          {'L', index_, 16384, 4},
                                          {'S', meta, 20484, 4},
                                          {'S', meta, 20548, 4},
                                          {'S', index_, 16420, 4},
                                          {'L', index_, 16388, 4},
                                          {'S', meta, 20492, 4},
                                          {'S', meta, 20560, 4},
                                          {'L', index_, 16384, 4},
                                          {'L', index_, 16416, 4},
                                          {'C', pool, 64, 64, slab, 8256},
                                          {'C', pool, 4224, 128, slab, 12416},
                                          {'L', index_, 16388, 4},
                                          {'L', index_, 16420, 4},
                                          {'C', pool, 192, 64, slab, 8448},
                                          {'C', pool, 4480, 128, slab, 12800}};
    CHECK(stream(LoopKind::paired, {four, {0, 1, 3, 5, 7}}) == expected);
}

TEST_CASE("the streams of index, mask and oracle") {
    const std::vector<Ids> masks{four, {1, 7}};
    CHECK(stream(LoopKind::index, masks) == std::vector<Reference>{{'L', mask, 24584, 8},
                                                                   {'S', index_, 16384, 4},
                                                                   {'S', index_, 16388, 4},
                                                                   {'L', index_, 16384, 4},
                                                                   {'C', pool, 64, 64, slab, 8192},
                                                                   {'C', pool, 4224, 128, slab, 12288},
                                                                   {'L', index_, 16388, 4},
                                                                   {'C', pool, 448, 64, slab, 8256},
                                                                   {'C', pool, 4992, 128, slab, 12416}});
    CHECK(stream(LoopKind::mask, masks) == std::vector<Reference>{{'L', mask, 24584, 8},
                                                                  {'C', pool, 64, 64, slab, 8192},
                                                                  {'C', pool, 4224, 128, slab, 12288},
                                                                  {'C', pool, 448, 64, slab, 8256},
                                                                  {'C', pool, 4992, 128, slab, 12416}});
    CHECK(stream(LoopKind::oracle, masks) == std::vector<Reference>{{'L', index_, 16384, 8},
                                                                    {'C', pool, 64, 64, slab, 8192},
                                                                    {'C', pool, 4224, 128, slab, 12288},
                                                                    {'L', index_, 16392, 8},
                                                                    {'C', slab, 8384, 64, slab, 8256},
                                                                    {'C', slab, 12672, 128, slab, 12416}});
}

TEST_CASE("oracle's pairs of the next step follow those of the step before") {
    const auto seen = stream(LoopKind::oracle, {four, {1, 7}, {0, 1}});
    // Step 1 removes 7 (slot 1) and adds 0.
    REQUIRE(seen.size() == 9);
    CHECK(seen[6] == Reference{'L', index_, 16400, 8});
    CHECK(seen[7] == Reference{'C', pool, 0, 64, slab, 8256});
}

TEST_CASE("a hybrid rebuild lists the rows and their tables after the diff") {
    // k = 1 > 0.5 * 1: diff (removed 2), then list and tables of the remaining row, then its copy.
    const std::vector<Reference> expected{{'L', mask, 24576, 8},           {'L', mask, 24584, 8},
                                          {'S', index_, 16416, 4},         {'L', mask, 24584, 8},
                                          {'S', index_, 16384, 4},         {'S', meta, 20484, 4},
                                          {'S', meta, 20544, 4},           {'L', index_, 16384, 4},
                                          {'C', pool, 64, 64, slab, 8192}, {'C', pool, 4224, 128, slab, 12288}};
    CHECK(stream(LoopKind::hybrid, {{1, 2}, {1}}) == expected);
}

TEST_CASE("a replay leaves pool and slab untouched") {
    const std::vector<Ids> masks{four, {1, 7}, {0, 1, 3, 4}};
    Workspace workspace = eight_rows(masks);
    const std::vector<std::byte> before(workspace.base(), workspace.base() + 16384);
    Recorder recorder;
    for (const auto& entry : loops()) {
        const auto loop = make_replay(entry.kind, workspace, recorder, {});
        REQUIRE((loop != nullptr) == entry.built_in);
        if (loop == nullptr) continue;
        loop->reset(changes_of(masks));
        loop->step(0);
        loop->step(1);
        CHECK(Ids(loop->ids().begin(), loop->ids().end()) == masks[2]);
    }
    CHECK(std::vector<std::byte>(workspace.base(), workspace.base() + 16384) == before);
}
