#include <catch2/catch.hpp>

#include "counters/names/explain.hpp"
#include "counters/registry.hpp"
#include "counters/scripted_collector.hpp"
#include "perf_plans.hpp"
#include "wrapped_sys.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("core events beyond the counters of the PMU go to further passes") {
    ScriptedSys sys;
    sys.counters = 2;
    const CountingPlan plan =
        planned_on_server(sys, {{"cycles", "instructions", "branches", "page-faults", "LLC-load-misses", "r01c0"},
                                false,
                                0,
                                {{"cycles", "LLC-load-misses"}}});
    // cycles and LLC-load-misses must share a group: unit {0,4} is first in the user's order and fills pass 0.
    CHECK(plan.passes == 3);
    CHECK(event(plan, "cycles").pass == 0);
    CHECK(event(plan, "LLC-load-misses").pass == 0);
    CHECK(event(plan, "LLC-load-misses").group == event(plan, "cycles").group);
    CHECK(event(plan, "instructions").pass == 1);
    CHECK(event(plan, "branches").pass == 1);
    CHECK(event(plan, "r01c0").pass == 2);
    CHECK(event(plan, "page-faults").pass == 0);
    REQUIRE(plan.notes.size() == 1);
    CHECK(plan.notes[0] == "3 of 6 events do not fit together with the others: 3 passes");
}

TEST_CASE("a counter used by another program is detected by running < enabled, not at opening") {
    ScriptedSys sys;
    sys.counters = 2;
    sys.held_counters = 1; // both events open in one group, but that group never runs
    const CountingPlan plan =
        planned_on_server(sys, {{"cycles", "instructions"}, false, 0, {{"cycles", "instructions"}}});
    CHECK(plan.passes == 2);
    CHECK(event(plan, "cycles").pass == 0);
    CHECK(event(plan, "instructions").pass == 1);
    REQUIRE(plan.notes.size() == 2);
    CHECK(plan.notes[0] == "cycles, instructions cannot be counted in one group, so their ratio is not available");
}

TEST_CASE("if all counters are occupied an event is not countable, with the watchdog as cause") {
    ScriptedSys sys;
    sys.counters = sys.held_counters = 1;
    const CountingPlan plan = planned_on_server(sys, {{"cycles", "task-clock"}, false, 0, {}}, "1");
    CHECK(event(plan, "cycles").reason ==
          "it opens but is never given a counter: the NMI watchdog uses one of PMU cpu");
    CHECK(event(plan, "cycles").remedy.find("nmi_watchdog=0") != std::string::npos);
    CHECK(event(plan, "task-clock").pass == 0);
}

TEST_CASE("--allow-multiplex puts everything into one pass and marks events that share counters") {
    ScriptedSys sys;
    sys.counters = 2;
    const CountingPlan plan =
        planned_on_server(sys, {{"cycles", "instructions", "branches", "page-faults"}, true, 0, {}});
    CHECK(plan.passes == 1);
    CHECK(event(plan, "cycles").multiplexed);
    CHECK(event(plan, "branches").multiplexed);
    CHECK_FALSE(event(plan, "page-faults").multiplexed);
    CHECK(event(plan, "cycles").group == event(plan, "instructions").group);
    CHECK(event(plan, "cycles").group != event(plan, "branches").group);
    CHECK(plan.notes[0] == "1 of 4 events do not fit together with the others: multiplexed");

    ScriptedSys roomy;
    const CountingPlan fitting = planned_on_server(roomy, {{"cycles", "instructions"}, true, 0, {}});
    CHECK_FALSE(event(fitting, "cycles").multiplexed);

    ScriptedSys starved;
    starved.counters = starved.held_counters = 1;
    const CountingPlan sharing = planned_on_server(starved, {{"cycles", "page-faults"}, true, 0, {}});
    CHECK(event(sharing, "cycles").multiplexed);
    CHECK(event(sharing, "cycles").pass == 0);
    CHECK(event(sharing, "cycles").group != event(sharing, "page-faults").group);
}

TEST_CASE("--allow-multiplex keeps separate passes for breakpoints, which the kernel never rotates") {
    FourDebugRegisters sys;
    MachineTree tree;
    add_x86_server(tree);
    PerfCollector collector(sys, tree.root(), true);
    const std::vector<std::string> names = {"mem:0x1000:w", "mem:0x1008:w", "mem:0x1010:w", "mem:0x1018:w",
                                            "mem:0x1020:w"};
    const auto plan = collector.plan({names, true, 0, {}});
    REQUIRE(plan);
    CHECK(plan->passes == 2);
    for (std::size_t i = 0; i < names.size(); ++i) {
        CHECK(plan->events[i].pass == (i < 4 ? 0 : 1));
        CHECK_FALSE(plan->events[i].multiplexed);
    }
    CHECK(plan->notes == std::vector<std::string>{"1 of 5 events do not fit together with the others: 2 passes"});
    for (int pass = 0; pass < plan->passes; ++pass)
        CHECK(collector.open(*plan, pass));

    sys.script.counters = 1;
    auto mixed_names = names;
    mixed_names.insert(mixed_names.end(), {"cycles", "instructions"});
    const auto mixed = collector.plan({mixed_names, true, 0, {}});
    REQUIRE(mixed);
    CHECK(mixed->passes == 2);
    CHECK(event(*mixed, "cycles").multiplexed);
    CHECK(event(*mixed, "instructions").pass == 0);
    CHECK(mixed->notes ==
          std::vector<std::string>{"2 of 7 events do not fit together with the others: multiplexed, 2 passes"});
    for (int pass = 0; pass < mixed->passes; ++pass)
        CHECK(collector.open(*mixed, pass));
    CHECK(sys.script.open_descriptors.empty());
}

TEST_CASE("only pairs that are split over two groups are noted, each once") {
    ScriptedSys sys;
    sys.counters = 2;
    const PlanRequest request{{"cycles", "instructions", "LLC-load-misses"},
                              false,
                              0,
                              {{"cycles", "instructions"},
                               {"LLC-load-misses", "instructions"},
                               {"instructions", "LLC-load-misses"},
                               {"cycles", "uncore_imc_0/cas_count_read/"}}};
    const CountingPlan plan = planned_on_server(sys, request);
    CHECK(event(plan, "cycles").pass == 0);
    CHECK(event(plan, "instructions").group == event(plan, "cycles").group);
    CHECK(event(plan, "instructions").pass == 0);
    CHECK(event(plan, "LLC-load-misses").pass == 1);
    CHECK(plan.notes ==
          std::vector<std::string>{
              "instructions, LLC-load-misses cannot be counted in one group, so their ratio is not available",
              "1 of 3 events do not fit together with the others: 2 passes"});

    ScriptedSys roomy;
    roomy.counters = 3;
    CHECK(planned_on_server(roomy, request).notes.empty());
}

TEST_CASE("events that can only be counted one by one have no ratio, and that is noted") {
    ScriptedSys sys;
    sys.counters = sys.held_counters = 1;
    const CountingPlan plan =
        planned_on_server(sys, {{"cycles", "instructions"}, true, 0, {{"cycles", "instructions"}}});
    CHECK(event(plan, "cycles").group != event(plan, "instructions").group);
    CHECK(plan.notes == std::vector<std::string>{
                            "cycles, instructions cannot be counted in one group, so their ratio is not available"});
}
