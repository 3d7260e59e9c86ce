#include <catch2/catch.hpp>

#include "counters/names/explain.hpp"
#include "counters/registry.hpp"
#include "counters/scripted_collector.hpp"
#include "perf_plans.hpp"
#include "wrapped_sys.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("software events are planned into pass 0 and one group, and read in plan order") {
    ScriptedSys sys;
    const CountingPlan plan = planned(sys, {{"page-faults", "task-clock", "cs"}, false, 0, {}});
    CHECK(plan.collector == "perf");
    CHECK(plan.passes == 1);
    for (const PlannedEvent& e : plan.events) {
        CHECK(e.pass == 0);
        CHECK(e.group == 0);
        CHECK_FALSE(e.multiplexed);
        CHECK(e.reason.empty());
    }
    PerfCollector collector(sys, live);
    {
        auto counters = collector.open(plan, 0);
        REQUIRE(counters);
        REQUIRE((*counters)->size() == 3);
        std::vector<CounterValue> values(3);
        REQUIRE((*counters)->read(values));
        // (config + 1) * 1000: page-faults 2, task-clock 1, context-switches 3
        CHECK(values[0].count == 3000);
        CHECK(values[1].count == 2000);
        CHECK(values[2].count == 4000);
        CHECK(sys.open_descriptors.size() == 3);
        CHECK((*collector.open(plan, 1))->size() == 0);
    }
    CHECK(sys.open_descriptors.empty());
}

TEST_CASE("context switches are never opened with exclude_kernel") {
    ScriptedSys sys;
    planned(sys, {{"context-switches", "cpu-migrations", "page-faults"}, false, 0, {}});
    REQUIRE(sys.count_of("open") > 3);
    for (const auto& call : sys.calls) {
        if (call.name != "open") continue;
        const bool faults = call.attr.config == PERF_COUNT_SW_PAGE_FAULTS;
        CHECK(call.attr.exclude_kernel == (faults ? 1 : 0));
    }
}

TEST_CASE("an event that the kernel refuses is not countable, but the others are") {
    ScriptedSys sys;
    sys.refuse = [](const perf_event_attr& attr) { return attr.exclude_kernel == 0 ? EACCES : 0; };
    const CountingPlan plan = planned(sys, {{"context-switches", "page-faults"}, false, 0, {}});
    CHECK_FALSE(event(plan, "context-switches").event);
    CHECK(event(plan, "context-switches").pass == -1);
    CHECK(event(plan, "context-switches").reason.find("(EACCES)") != std::string::npos);
    CHECK_FALSE(event(plan, "context-switches").remedy.empty());
    CHECK(event(plan, "page-faults").pass == 0);
}

TEST_CASE("an unknown name fails the plan before anything is opened") {
    ScriptedSys sys;
    PerfCollector collector(sys, live);
    const auto plan = collector.plan({{"page-faults", "task-clokc"}, false, 0, {}});
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == ExitCode::usage);
    CHECK(plan.error().remedy == "did you mean task-clock?");
    CHECK(sys.calls.empty());
}

TEST_CASE("a failing descriptor limit is a reason, not a crash") {
    ScriptedSys sys;
    sys.descriptor_limit = 0;
    const CountingPlan plan = planned(sys, {{"page-faults"}, false, 0, {}});
    CHECK(event(plan, "page-faults").reason == "the process has no file descriptors left (EMFILE)");
    CHECK(event(plan, "page-faults").remedy.find("ulimit") != std::string::npos);
}

TEST_CASE("opening a pass fails as a whole and leaves nothing open, whichever call fails") {
    ScriptedSys good;
    const CountingPlan plan = planned(good, {{"page-faults", "task-clock", "cs", "cpu-clock"}, false, 0, {}});
    good.calls.clear();
    // With read(2) only: a page that cannot be mapped is not a failure.
    REQUIRE(PerfCollector(good, live, true).open(plan, 0));
    const std::size_t calls = good.calls.size() - good.count_of("close");
    REQUIRE(calls == 9);
    for (std::size_t k = 1; k <= calls; ++k) {
        INFO("call " << k);
        ScriptedSys sys;
        sys.fail_call[k] = ENOMEM;
        const auto counters = PerfCollector(sys, live, true).open(plan, 0);
        REQUIRE_FALSE(counters);
        CHECK(counters.error().sys_errno == ENOMEM);
        CHECK(counters.error().code == ExitCode::not_possible);
        CHECK(sys.open_descriptors.empty());
    }
}

TEST_CASE("a failing read has the group's error text") {
    ScriptedSys sys;
    const CountingPlan plan = planned(sys, {{"page-faults", "task-clock"}, false, 0, {}});
    PerfCollector collector(sys, live);
    auto counters = collector.open(plan, 0);
    REQUIRE(counters);
    std::vector<CounterValue> values(2);
    REQUIRE((*counters)->read(values));
    sys.read_answer = 0;
    CHECK_FALSE((*counters)->read(values));
    CHECK((*counters)->last_error().cause.find("lost its counters") != std::string::npos);
}

TEST_CASE("nothing is opened on a recorded machine") {
    MachineTree tree;
    add_x86_server(tree);
    ScriptedSys sys;
    PerfCollector collector(sys, tree.root());
    CHECK_FALSE(collector.capability().available);
    const auto plan = collector.plan({{"cycles", "page-faults"}, false, 0, {}});
    REQUIRE(plan);
    for (const PlannedEvent& e : plan->events)
        CHECK(e.reason.find("recorded machine") != std::string::npos);
    CHECK_FALSE(collector.open(*plan, 0));
    CHECK(sys.calls.empty());
}

TEST_CASE("the capability says what is available and why the rest is not") {
    ScriptedSys sys;
    CHECK(PerfCollector(sys, live).capability().available);
    CHECK(sys.open_descriptors.empty());
    sys.refuse = [](const perf_event_attr&) { return ENOSYS; };
    const Capability none = PerfCollector(sys, live).capability();
    CHECK_FALSE(none.available);
    CHECK(none.cause.find("(ENOSYS)") != std::string::npos);
    CHECK_FALSE(none.remedy.empty());
}

TEST_CASE("the table also contains collectors that this build lacks") {
    std::vector<std::string> built, known;
    for (const CollectorEntry& entry : collectors())
        (entry.built_in() ? built : known).emplace_back(entry.name);
    CHECK(built.size() + known.size() == collectors().size());
    // PAPI and callgrind are build options.
    for (const char* optional : {"papi", "callgrind"}) {
        std::erase(built, optional);
        std::erase(known, optional);
    }
    for (const char* always : {"perf", "uncore", "resctrl"})
        CHECK(std::count(built.begin(), built.end(), always) == 1);
    CHECK(known.empty());
    for (const CollectorEntry& entry : collectors())
        CHECK((entry.make_wrapping == nullptr || entry.supplies == Supplies::emulation));
    ScriptedSys sys;
    CHECK(collectors()[0].make(sys, live)->name() == "perf");
}

TEST_CASE("a name that only one collector accepts belongs to it, built in or not") {
    REQUIRE(owner_of(collectors(), "PAPI_TOT_INS") != nullptr);
    CHECK(owner_of(collectors(), "PAPI_TOT_INS")->name == "papi");
    CHECK(owner_of(collectors(), "sde:::library::event")->name == "papi");
    CHECK(owner_of(collectors(), "cycles") == nullptr);
    CHECK(owner_of(collectors(), "skx::L2_LINES_IN") == nullptr); // libpfm4's names are in the common grammar
}

TEST_CASE("a scripted collector replays its increments from the start at every opening") {
    ScriptedCollector collector({{"cycles", {{5, 1, 1}, {100, 10, 10}}, 0, 0, false, {}, {}},
                                 {"misses", {{1, 4, 2}}, 1, 0, true, {}, {}},
                                 {"absent", {}, 0, 0, false, "no PMU", "buy one"}});
    const auto plan = collector.plan({{"absent", "misses", "cycles"}, false, 0, {}});
    REQUIRE(plan);
    CHECK(plan->passes == 2);
    CHECK(plan->events[0].reason == "no PMU");
    CHECK_FALSE(plan->events[0].event);
    CHECK(plan->events[1].multiplexed);
    for (int opening = 0; opening < 2; ++opening) {
        auto counters = *collector.open(*plan, 0);
        REQUIRE(counters->size() == 1);
        std::vector<CounterValue> value(1);
        const std::uint64_t expected[] = {5, 105, 110, 210};
        for (const std::uint64_t count : expected) {
            REQUIRE(counters->read(value));
            CHECK(value[0].count == count);
        }
    }
    collector.fail_at_read(2);
    auto counters = *collector.open(*plan, 1);
    std::vector<CounterValue> value(1);
    CHECK(counters->read(value));
    CHECK(value[0] == CounterValue{1, 4, 2});
    CHECK_FALSE(counters->read(value));
    CHECK_FALSE(collector.plan({{"unknown"}, false, 0, {}}));
}

TEST_CASE("socket-wide events and PMUs of other CPUs are refused for threads, with the reason") {
    ScriptedSys sys;
    const CountingPlan plan = planned_on_server(sys, {{"uncore_imc_0/cas_count_read/", "cycles"}, false, 0, {}});
    CHECK(event(plan, "uncore_imc_0/cas_count_read/").reason ==
          "PMU uncore_imc_0 counts a whole socket or domain, not a thread");
    CHECK(event(plan, "cycles").pass == 0);

    MachineTree tree;
    add_hybrid(tree);
    ScriptedSys hybrid;
    const auto other = PerfCollector(hybrid, tree.root(), true).plan({{"cpu_atom/event=0x3c/"}, false, 1, {}});
    REQUIRE(other);
    CHECK(other->events[0].reason == "PMU cpu_atom serves CPUs 4-7, the work is pinned to CPU 1");
    CHECK(hybrid.calls.empty());
}

TEST_CASE("values come in plan order although groups interleave") {
    MachineTree tree;
    add_x86_server(tree);
    ScriptedSys sys;
    PerfCollector collector(sys, tree.root(), true);
    const auto plan = collector.plan({{"page-faults", "instructions", "task-clock", "cycles"}, false, 0, {}});
    REQUIRE(plan);
    auto counters = collector.open(*plan, 0);
    REQUIRE(counters);
    const std::size_t before = sys.calls.size();
    std::vector<CounterValue> values(4);
    REQUIRE((*counters)->read(values));
    CHECK(sys.calls.size() == before + 2); // one read per group
    // (config + 1) * 1000: page-faults 2, instructions 1, task-clock 1, cycles 0
    CHECK(values[0].count == 3000);
    CHECK(values[1].count == 2000);
    CHECK(values[2].count == 2000);
    CHECK(values[3].count == 1000);
}
