#include <catch2/catch.hpp>

#include "base/clock.hpp"
#include "counters/scripted_collector.hpp"
#include "experiment/schedule/phase.hpp"

using namespace bytebound;

namespace {

std::uint64_t phase_clock() {
    static std::uint64_t now = 0;
    return now += 100;
}

/// Releases the team for `parts` sleeps per step, and moves no row.
class PartsLoop final : public UpdateLoop {
public:
    PartsLoop(WorkerTeam& team, int parts) : team_(team), parts_(parts) {}
    void reset(std::span<const StepChange>) override {}
    StepOutcome step(std::uint32_t) noexcept override {
        const WorkerTeam::Part nap = [](void*, unsigned) noexcept {
            const std::uint64_t begun = now_ns();
            while (now_ns() - begun < 1000) {
            }
        };
        for (int part = 0; part < parts_; ++part)
            team_.release(nap, nullptr);
        return {};
    }
    std::uint32_t active_rows() const override { return 0; }
    std::span<const std::uint32_t> ids() const override { return {}; }

private:
    WorkerTeam& team_;
    int parts_;
};

/// Two workers, one warm-up step and two measured ones. Readings grow by 1000 in every gap between two reads, by 1 in
/// the first interval of a worker's script and by 20 in the second.
struct Stage {
    RunPlan plan;
    Counting counting;
    Workspace workspace = *Workspace::allocate({8, 8, make_layout(Dtype::f32, 4, 4, 0), 4, 0});
    WorkerTeam team{2};
    CacheSweep sweep;
    StopFlag stop{0};

    Stage() : sweep(*CacheSweep::make(Machine{}, {0, 0}, 4096)) {
        plan.placement.cpus = {0, 0};
        plan.options.steps_per_k = 2;
        Experiment e;
        e.trace = {{8, 0}, {}, 1, 2};
        plan.experiments = {e};
        EventRecord event;
        event.name = event.role = "context_switches";
        counting.events = {event};
        ScriptedEvent script{event.name, {}, 0, 0, false, {}, {}};
        script.increments = {{1000, 1000, 1000}, {1, 4, 4}, {1000, 1000, 1000}, {20, 5, 5}};
        auto collector = std::make_unique<ScriptedCollector>(std::vector{script});
        PlanRequest request;
        request.names = {event.name};
        auto agreed = collector->plan(request);
        counting.sources.push_back({std::move(collector), std::move(*agreed)});
    }

    PhaseRows rows(int parts) {
        PartsLoop loop(team, parts);
        const auto log = run_phase({plan, workspace, team, sweep, counting, phase_clock, stop}, loop, {});
        if (!log) FAIL(to_line(log.error()));
        SimulatedRow simulated;
        const std::vector<StepChange> changes(3, {0, 0});
        return make_rows({plan, counting, simulated, changes, {}, {-1, -1}, "loop"}, {}, *log);
    }
};

} // namespace

TEST_CASE("a step without a parallel part is counted on the leader only") {
    Stage stage;
    const PhaseRows rows = stage.rows(0);
    CHECK(*rows.steps[0].readings[0] == Reading{1, 4, 4, ReadingState::counted});
    CHECK(*rows.steps[1].readings[0] == Reading{20, 5, 5, ReadingState::counted});
    CHECK(rows.workers[0].time_ns == 100);
    CHECK(*rows.workers[2].readings[0] == Reading{20, 5, 5, ReadingState::counted});
    // The other worker waited: nothing was counted, and its waiting did not deschedule the step.
    for (const std::size_t waiting : {1u, 3u}) {
        CHECK(rows.workers[waiting].time_ns == 0);
        CHECK_FALSE(rows.workers[waiting].readings[0]);
        CHECK(rows.workers[waiting].flags.empty());
    }
}

TEST_CASE("a worker's reading covers its parts, without waiting before, between and after them") {
    Stage stage;
    SECTION("one part in a step") {
        const PhaseRows rows = stage.rows(1);
        CHECK(*rows.workers[1].readings[0] == Reading{1, 4, 4, ReadingState::counted});
        CHECK(*rows.workers[3].readings[0] == Reading{20, 5, 5, ReadingState::counted});
        CHECK(*rows.steps[1].readings[0] == Reading{40, 10, 10, ReadingState::counted});
    }
    SECTION("two parts in a step") { // 1 + 20; the gap of 1000 between them is excluded
        const PhaseRows rows = stage.rows(2);
        CHECK(*rows.workers[1].readings[0] == Reading{21, 9, 9, ReadingState::counted});
        CHECK(*rows.workers[3].readings[0] == Reading{21, 9, 9, ReadingState::counted});
        CHECK(*rows.steps[0].readings[0] == Reading{22, 13, 13, ReadingState::counted});
        CHECK(*rows.workers[0].readings[0] == Reading{1, 4, 4, ReadingState::counted}); // the leader: the whole step
    }
}
