#include <catch2/catch.hpp>

#include "experiment/schedule/phase.hpp"

using namespace bytebound;

namespace {

/// One experiment of k = 2 with one warm-up step and `steps` measured ones, one event on two workers pinned to 4 and 5.
struct Small {
    RunPlan plan;
    Counting counting;
    SimulatedRow simulated;
    std::vector<StepLedger> ledger;
    std::vector<StepChange> changes;
    PhaseLog log;

    explicit Small(std::uint32_t steps) {
        plan.placement.cpus = {4, 5};
        plan.options.steps_per_k = steps;
        Experiment e;
        e.trace = {{}, {1, 1}, 1, steps};
        changes.assign(steps + 1, {1, 1});
        plan.experiments = {e};
        EventRecord event;
        event.name = "context-switches";
        event.role = "context_switches";
        counting.events = {event};
        PlannedEvent planned;
        planned.name = event.name;
        planned.pass = 0;
        counting.sources.push_back({nullptr, {"perf", "perf", {planned}, 1, {}}});
        ledger.assign(steps + 1, {1, 1, 64});
        log.measured = steps;
        log.time_ns.assign(steps, 10);
        log.rows_written.assign(steps + 1, 1);
        for (int worker = 0; worker < 2; ++worker) {
            WorkerLog own;
            own.before.assign(steps, {0, 0, 0});
            own.after.assign(steps, {0, 8, 8});
            own.cpu_before.assign(steps, 4 + worker);
            own.cpu_after.assign(steps, 4 + worker);
            own.part_ns.assign(steps, 3);
            log.workers.push_back(own);
        }
    }

    PhaseRows rows(std::uint32_t repeat = 0, int pass = 0) const {
        return make_rows({plan, counting, simulated, changes, ledger, {4, 5}, "paired"}, {0, 0, repeat, pass}, log);
    }
};

using Flags = std::vector<std::string>;

} // namespace

TEST_CASE("a step is the sum over its workers, with the worst state") {
    Small small(3);
    small.log.workers[0].after[0] = {5, 10, 10};
    small.log.workers[1].after[0] = {7, 20, 10}; // half of the time
    small.log.workers[0].after[1] = {5, 10, 10};
    small.log.workers[1].after[1] = {0, 10, 0}; // never: the other worker's 5 is not the sum
    const PhaseRows rows = small.rows();
    CHECK(*rows.steps[0].readings[0] == Reading{12, 30, 19, ReadingState::scaled}); // 5 + 14 of 12 in 30 ns
    CHECK(rows.steps[0].flags == Flags{"descheduled", "multiplexed"});
    CHECK(*rows.steps[1].readings[0] == Reading{0, 20, 0, ReadingState::never_ran});
    CHECK(rows.steps[1].flags == Flags{"never_ran"});
    CHECK(rows.steps[2].flags.empty());
    REQUIRE(rows.workers.size() == 6);
    CHECK(*rows.workers[2].readings[0] == Reading{5, 10, 10, ReadingState::counted});
    CHECK(rows.workers[1].worker == 1);
    CHECK(rows.workers[1].time_ns == 3);
}

TEST_CASE("a step on another CPU than its worker's, or on two, is migrated") {
    Small small(4);
    small.log.workers[0].cpu_after[0] = 6;
    small.log.workers[1].cpu_before[1] = small.log.workers[1].cpu_after[1] = 4;
    const PhaseRows rows = small.rows();
    CHECK(rows.migrated == 2);
    CHECK(rows.steps[0].flags == Flags{"migrated"});
    CHECK(rows.steps[1].flags == Flags{"migrated"});
    CHECK(rows.steps[2].flags.empty());
    CHECK(rows.workers[2].flags.empty()); // worker 0 did not migrate
    CHECK(rows.workers[3].flags == Flags{"migrated"});
}

TEST_CASE("a reading over several of the emulator's contains their sum") {
    Small small(4);
    small.plan.experiments[0].batches = {2};
    small.plan.cache.geometry.line_bytes = 64;
    small.log.measured = 2;
    EmulatedRow emulated;
    emulated.readings = {{"", 100, 1, 2}, {"", 200, 3, 4}, {"", 400, 5, 6}, {"", 800, 7, 8}};
    const PhaseRows rows = make_rows(
        {small.plan, small.counting, small.simulated, small.changes, small.ledger, {4, 5}, "paired", &emulated},
        {0, 0, 0, 0}, small.log);
    REQUIRE(rows.steps.size() == 2);
    using Cells = std::vector<std::optional<std::uint64_t>>;
    CHECK(rows.steps[0].emulated == Cells{300, 4, 4 * 64, 6 * 64});
    CHECK(rows.steps[1].emulated == Cells{1200, 12, 12 * 64, 14 * 64});
    CHECK(rows.steps[1].step == 2);
}

TEST_CASE("a reading over a batch contains the sums of its steps, and the sum of max(A,R)") {
    Small small(2);
    small.plan.experiments[0].batch = 2;
    small.changes = {{9, 9}, {2, 1}, {1, 2}, {3, 0}, {0, 3}};
    small.log.rows_written = {9, 2, 2, 3, 4};
    small.ledger = {{9, 9, 9}, {2, 2, 64}, {2, 2, 64}, {3, 3, 32}, {4, 4, 32}};
    small.simulated.segments.resize(1);
    small.simulated.segments[0].steps.assign(5, LineCounts{});
    for (std::size_t step = 0; step < 5; ++step)
        small.simulated.segments[0].steps[step].fetched[0] = step + 1;
    small.plan.cache.geometry.line_bytes = 64;
    const PhaseRows rows = small.rows();
    REQUIRE(rows.steps.size() == 2);
    CHECK(rows.steps[0].step == 0);
    CHECK(rows.steps[1].step == 2);
    CHECK(rows.steps[1].batch == 2);
    CHECK(rows.steps[0].added == 3);
    CHECK(rows.steps[0].removed == 3);
    CHECK(rows.steps[0].bound_rows == 4); // max(2,1) + max(1,2)
    CHECK(rows.steps[1].bound_rows == 6);
    CHECK(rows.steps[1].rows_written == 7);
    CHECK(rows.steps[1].min_rows == 7);
    CHECK(rows.steps[0].metadata_bytes == 128);
    CHECK(*rows.steps[0].simulated[0] == (2 + 3) * 64); // lines read in steps 1 and 2, after the warm-up step
    CHECK(*rows.steps[1].simulated[0] == (4 + 5) * 64);
}

TEST_CASE("a shared event is the leader's reading of all boxes in bytes, and its idle windows are kept") {
    Small small(1);
    EventRecord shared;
    shared.name = "ddr-read";
    small.counting.events.push_back(shared);
    PlannedEvent planned;
    planned.name = shared.name;
    planned.pass = 0;
    planned.sharing = Sharing::socket;
    planned.parts = {{Event{}, 0, 64}, {Event{}, 8, 32}};
    small.counting.sources.push_back({nullptr, {"uncore", "uncore", {planned}, 1, {}}});
    // Per worker: context-switches, box 0, box 1. The other worker's values for the boxes are never read.
    for (WorkerLog& own : small.log.workers) {
        own.before.assign(3, {0, 0, 0});
        own.after.assign(3, {0, 8, 8});
    }
    small.log.workers[0].after[1] = {10, 1000, 1000};
    small.log.workers[0].after[2] = {3, 1002, 1002};
    small.log.idle_before = {{0, 0, 0}, {100, 0, 0}, {200, 0, 0}, {1, 9, 9}, {101, 500, 500}, {202, 501, 501}};
    small.log.idle_after = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 9, 9}, {5, 400, 400}, {0, 400, 0}};
    const PhaseRows rows = small.rows();
    CHECK(*rows.steps[0].readings[1] == Reading{10 * 64 + 3 * 32, 2002, 2002, ReadingState::counted});
    CHECK_FALSE(rows.workers[0].readings[1]); // shared: not a worker's own
    REQUIRE(rows.background.size() == 2);
    CHECK(rows.background[0].step == 0);
    CHECK(*rows.background[0].readings[1] == Reading{1 * 64 + 2 * 32, 1001, 1001, ReadingState::counted});
    CHECK_FALSE(rows.background[0].readings[0]); // a thread's event does not describe the idle machine
    CHECK(rows.background[0].time_ns == 501);
    CHECK(rows.background[1].step == 1);
    CHECK(rows.background[1].readings[1]->state == ReadingState::never_ran);
}

TEST_CASE("a step is flagged interrupted when the kernel rescheduled its counters without a context switch") {
    Small small(3);
    for (WorkerLog& own : small.log.workers)
        own.interrupted.assign(3, false);
    small.log.workers[1].interrupted[0] = true;
    small.log.workers[0].interrupted[1] = true;
    small.log.workers[0].after[1] = {1, 8, 8}; // the event is context-switches
    const PhaseRows rows = small.rows();
    CHECK(rows.steps[0].flags == Flags{"interrupted"});
    CHECK(rows.steps[1].flags == Flags{"descheduled"});
    CHECK(rows.steps[2].flags.empty());
    CHECK(rows.workers[0].flags.empty()); // worker 0 of step 0
    CHECK(rows.workers[1].flags == Flags{"interrupted"});
}

TEST_CASE("an outlier of the phase's own times is flagged") {
    Small small(9);
    small.log.time_ns = {10, 11, 12, 10, 11, 12, 10, 11, 99}; // fences around 10 to 12
    const PhaseRows rows = small.rows();
    for (std::size_t step = 0; step < 8; ++step)
        CHECK(rows.steps[step].flags.empty());
    CHECK(rows.steps[8].flags == Flags{"outlier"});
}

TEST_CASE("a worker without a part in a step affects neither the step's counters nor its flags") {
    Small small(1);
    small.log.workers[1].part_ns[0] = 0;
    small.log.workers[1].before[0] = small.log.workers[1].after[0] = {9, 9, 9}; // a difference that never ran
    small.log.workers[1].cpu_after[0] = 7;
    const PhaseRows rows = small.rows();
    CHECK(*rows.steps[0].readings[0] == Reading{0, 8, 8, ReadingState::counted});
    CHECK(rows.steps[0].flags.empty());
    CHECK(rows.migrated == 0);
    CHECK_FALSE(rows.workers[1].readings[0]);
    CHECK(rows.workers[1].flags.empty());
}

TEST_CASE("a repeat has the simulated figures of its own segment in pass 0, one that was not replayed has none") {
    Small small(1);
    small.simulated.segments.resize(2);
    for (std::size_t segment = 0; segment < 2; ++segment) {
        small.simulated.segments[segment].steps.resize(2);
        small.simulated.segments[segment].steps[1].written_back[1] = segment + 7;
    }
    small.plan.cache.geometry.line_bytes = 128;
    CHECK(*small.rows(0).steps[0].simulated.at(1) == 7 * 128);
    CHECK(*small.rows(1).steps[0].simulated.at(1) == 8 * 128);
    CHECK(small.rows(2).steps[0].simulated.empty());
    CHECK(small.rows(1, 1).steps[0].simulated.empty());
}
