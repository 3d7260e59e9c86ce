#include <catch2/catch.hpp>

#include "counters/names/explain.hpp"
#include "counters/perf_event/perf_collector.hpp"
#include "counters/registry.hpp"
#include "counters/scripted_collector.hpp"
#include "scripted_sys.hpp"
#include "support/machine_tree.hpp"
#include "wrapped_sys.hpp"

using namespace bytebound;

// The scripted Sys replaces the kernel everywhere. Tests on `live` use only names that every Linux has.

namespace {

const SysRoot live;

CountingPlan planned(ScriptedSys& sys, const PlanRequest& request) {
    PerfCollector collector(sys, live);
    auto plan = collector.plan(request);
    REQUIRE(plan);
    CHECK(sys.open_descriptors.empty()); // probes are closed
    return *plan;
}

/// Plans on the x86 server of machine_tree.hpp, whose core PMU has the counters that the script says.
CountingPlan planned_on_server(ScriptedSys& sys, const PlanRequest& request, const std::string& nmi_watchdog = "0") {
    MachineTree tree;
    add_x86_server(tree);
    tree.file("proc/sys/kernel/nmi_watchdog", nmi_watchdog);
    PerfCollector collector(sys, tree.root(), true);
    auto plan = collector.plan(request);
    REQUIRE(plan);
    CHECK(sys.open_descriptors.empty());
    for (int pass = 0; pass < plan->passes; ++pass)
        CHECK(collector.open(*plan, pass)); // every pass can be opened
    return *plan;
}

const PlannedEvent& event(const CountingPlan& plan, const std::string& name) {
    for (const PlannedEvent& e : plan.events) {
        if (e.name == name) return e;
    }
    FAIL("no event " << name);
    return plan.events.front();
}

Event thread_event(std::string pmu, Domain domain = Domain::user) {
    Event e;
    e.pmu = std::move(pmu);
    e.domain = domain;
    return e;
}

} // namespace

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

TEST_CASE("each errno has its cause, depending on the situation") {
    MachineTree tree;
    add_x86_server(tree);
    tree.file("proc/sys/kernel/perf_event_paranoid", "2");
    const SysRoot root = tree.root();
    Event cycles = thread_event("cpu");
    Event kernel = thread_event("cpu", Domain::kernel);
    CHECK(explain_open_failure(kernel, EACCES, root).cause ==
          "perf_event_paranoid is 2 and there is no CAP_PERFMON: counting kernel code needs level 1 or lower");
    CHECK(explain_open_failure(kernel, EACCES, root).remedy == "sudo sysctl kernel.perf_event_paranoid=1");
    CHECK(explain_open_failure(thread_event("msr", Domain::unrestricted), EACCES, root)
              .cause.find("cannot exclude the kernel needs level 1") != std::string::npos);
    CHECK(explain_open_failure(cycles, EPERM, root).cause.find("security policy") != std::string::npos);
    CHECK(explain_open_failure(cycles, ENOENT, root).cause == "PMU cpu does not have this event");

    tree.file("proc/self/status", "Name:\tx\nSeccomp:\t2");
    CHECK(explain_open_failure(cycles, EPERM, root).cause.find("seccomp") != std::string::npos);
    tree.file("sys/kernel/security/lockdown", "none integrity [confidentiality]");
    // The filter is checked first.
    CHECK(explain_open_failure(cycles, EPERM, root).cause.find("seccomp") != std::string::npos);
    tree.file("proc/self/status", "Name:\tx\nSeccomp:\t0");
    CHECK(explain_open_failure(cycles, EPERM, root).cause.find("lockdown") != std::string::npos);
    tree.file("proc/sys/kernel/perf_event_paranoid", "4");
    CHECK(explain_open_failure(cycles, EACCES, root).cause.find("needs level 2") != std::string::npos);

    std::vector<std::string> causes;
    for (const int error : {EINVAL, EOPNOTSUPP, ENODEV, EBUSY, EMFILE, ENFILE, ENOSPC, ENOSYS, E2BIG, ENOMEM}) {
        const Diagnosis why = explain_open_failure(cycles, error, root);
        CHECK_FALSE(why.remedy.empty());
        for (const std::string& other : causes)
            CHECK(why.cause != other);
        causes.push_back(why.cause);
    }

    MachineTree vm;
    add_software_pmus(vm);
    vm.file("proc/cpuinfo", "flags\t\t: fpu hypervisor");
    Event generic = cycles;
    generic.type = PERF_TYPE_HARDWARE;
    CHECK(explain_open_failure(generic, ENOENT, vm.root()).cause.find("no vPMU") != std::string::npos);
}

TEST_CASE("Docker's seccomp filter is distinguished from perf_event_paranoid, and capabilities are considered") {
    MachineTree tree;
    add_x86_server(tree);
    tree.file("proc/sys/kernel/perf_event_paranoid", "2");
    tree.file("proc/self/status", "Name:\tx\nCapEff:\t00000000a80425fb\nSeccomp:\t2");
    const SysRoot root = tree.root();
    const Event kernel = thread_event("cpu", Domain::kernel);
    CHECK(explain_open_failure(kernel, EPERM, root).cause == "a seccomp filter refuses perf_event_open");
    CHECK(explain_open_failure(kernel, EPERM, root).remedy ==
          "docker run --cap-add PERFMON --security-opt seccomp=unconfined ...");
    // The kernel itself returns EACCES for a level that is too high.
    CHECK(explain_open_failure(kernel, EACCES, root).cause.find("perf_event_paranoid is 2") == 0);
    // Level 2 allows counting user code, so something else refuses.
    CHECK(explain_open_failure(thread_event("cpu"), EACCES, root).cause ==
          "a security policy (SELinux or another security module) refuses perf_event_open though level and "
          "capabilities allow it");

    tree.file("proc/self/status", "Name:\tx\nCapEff:\t0000004000000000\nSeccomp:\t0"); // CAP_PERFMON, bit 38
    CHECK(explain_open_failure(kernel, EACCES, root).cause.find("security policy") != std::string::npos);
    tree.file("proc/self/uid_map", "         0     100000      65536"); // in a user namespace only
    CHECK(explain_open_failure(kernel, EACCES, root).remedy == "on the host: sudo sysctl kernel.perf_event_paranoid=1");
}

TEST_CASE("a plan in a container reports filter and errno once") {
    MachineTree tree;
    add_x86_server(tree);
    tree.file("proc/sys/kernel/perf_event_paranoid", "2");
    tree.file("proc/self/status", "Name:\tx\nCapEff:\t00000000a80425fb\nSeccomp:\t2");
    ScriptedSys sys;
    sys.refuse = [](const perf_event_attr&) { return EPERM; };
    const auto plan = PerfCollector(sys, tree.root(), true).plan({{"cycles:k"}, false, 0, {}});
    REQUIRE(plan);
    CHECK(plan->events[0].reason == "a seccomp filter refuses perf_event_open (EPERM)");
}

TEST_CASE("for an event that opens but gets no counter, the watchdog is the cause if it is on") {
    MachineTree tree;
    tree.file("proc/sys/kernel/nmi_watchdog", "1");
    CHECK(explain_not_running(thread_event("cpu"), true, tree.root()).cause ==
          "it opens but is never given a counter: the NMI watchdog uses one of PMU cpu");
    tree.file("proc/sys/kernel/nmi_watchdog", "0");
    CHECK(explain_not_running(thread_event("cpu"), false, tree.root()).cause ==
          "it has a counter only part of the time: other programs use the counters of PMU cpu");
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
