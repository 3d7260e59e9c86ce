#include <catch2/catch.hpp>

#include <cerrno>

#include "counters/perf_event/cpu_collector.hpp"
#include "support/machine_tree.hpp"
#include "support/scripted_sys.hpp"
#include "support/tree.hpp"

namespace bytebound {
namespace {

PlanRequest on_cpus(std::vector<std::string> names, std::vector<int> cpus) {
    PlanRequest request;
    request.names = std::move(names);
    request.cpus = std::move(cpus);
    return request;
}

/// A core PMU `cpu`.
void write_core(const test::Tree& tree) {
    tree.write("sys/bus/event_source/devices/cpu/type", "4");
    tree.write("sys/bus/event_source/devices/cpu/format/event", "config:0-7");
}

/// Two kinds of cores: CPUs 0 and 1, CPU 2.
void write_hybrid(const test::Tree& tree) {
    for (const auto& [name, type, cpus] : {std::tuple{"cpu_core", "4", "0-1"}, {"cpu_atom", "10", "2"}}) {
        const std::string path = std::string("sys/bus/event_source/devices/") + name + "/";
        tree.write(path + "type", type);
        tree.write(path + "cpus", cpus);
        tree.write(path + "format/event", "config:0-7");
    }
}

TEST_CASE("events of one PMU are a group on each CPU, for all threads, and values are in the order of the parts") {
    const test::Tree tree;
    write_core(tree);
    ScriptedSys sys;
    sys.count = [](const perf_event_attr& attr, std::uint64_t n) { return attr.config * 10 + n; };
    CpuCollector collector(sys, tree.root(), true);
    const auto plan = collector.plan(on_cpus({"cycles:uk", "instructions:uk"}, {0, 3}));
    REQUIRE(plan);
    CHECK(plan->passes == 1);
    CHECK(plan->events[0].sharing == Sharing::socket);
    REQUIRE(plan->events[1].parts.size() == 2);
    CHECK(plan->events[1].parts[1].cpu == 3);
    CHECK(sys.open_descriptors.empty()); // the trials closed everything

    sys.calls.clear();
    auto counters = collector.open(*plan, 0);
    REQUIRE(counters);
    std::vector<std::tuple<int, int, bool, int>> opened; // CPU, process, leads, exclude_kernel
    for (const auto& call : sys.calls)
        if (call.name == "open")
            opened.emplace_back(call.cpu, call.pid, call.group_fd < 0, static_cast<int>(call.attr.exclude_kernel));
    CHECK(opened == std::vector<std::tuple<int, int, bool, int>>{
                        {0, -1, true, 0}, {0, -1, false, 0}, {3, -1, true, 0}, {3, -1, false, 0}});
    std::vector<CounterValue> values(4);
    REQUIRE((*counters)->read(values));
    // cycles on both CPUs (config 0), instructions on both (config 1)
    CHECK(values[0].count == 1);
    CHECK(values[1].count == 1);
    CHECK(values[2].count == 11);
    CHECK(values[3].count == 11);
}

TEST_CASE("a bare name is counted on every kind of core, and the name of one PMU on its own CPUs only") {
    const test::Tree tree;
    write_hybrid(tree);
    ScriptedSys sys;
    const auto plan = CpuCollector(sys, tree.root(), true).plan(on_cpus({"cycles", "cpu_core/event=0x3c/"}, {0, 1, 2}));
    REQUIRE(plan);
    std::vector<std::pair<std::string, int>> parts;
    for (const PlannedEvent& event : plan->events)
        for (const EventPart& part : event.parts)
            parts.emplace_back(part.event.pmu, part.cpu);
    CHECK(parts == std::vector<std::pair<std::string, int>>{
                       {"cpu_core", 0}, {"cpu_core", 1}, {"cpu_atom", 2}, {"cpu_core", 0}, {"cpu_core", 1}});
}

TEST_CASE("an event that one CPU refuses is refused as a whole, and the others are counted") {
    const test::Tree tree;
    write_core(tree);
    ScriptedSys sys;
    sys.refuse = [](const perf_event_attr& attr) { return attr.config == PERF_COUNT_HW_CACHE_MISSES ? EINVAL : 0; };
    const auto plan = CpuCollector(sys, tree.root(), true).plan(on_cpus({"cycles", "cache-misses"}, {0, 1}));
    REQUIRE(plan);
    CHECK(plan->events[0].pass == 0);
    CHECK(plan->events[1].pass == -1);
    CHECK(plan->events[1].reason == "PMU cpu refuses this event, domain or group (EINVAL of cpu on CPU 0)");
}

TEST_CASE("the reason says which CPU refuses an event") {
    const test::Tree tree;
    write_core(tree);
    ScriptedSys sys;
    sys.fail_call[4] = ENODEV; // CPU 0: open, identify, enable; then open on CPU 1
    const auto plan = CpuCollector(sys, tree.root(), true).plan(on_cpus({"cycles"}, {0, 1}));
    REQUIRE(plan);
    CHECK(plan->events[0].reason ==
          "PMU cpu is not present on this CPU, or the CPU is offline (ENODEV of cpu on CPU 1)");
}

TEST_CASE("without permission the reason is the level of perf_event_paranoid that whole CPUs need") {
    const test::Tree tree;
    write_core(tree);
    tree.write("proc/sys/kernel/perf_event_paranoid", "2");
    tree.write("proc/self/status", "Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\nSeccomp:\t0");
    ScriptedSys sys;
    sys.refuse = [](const perf_event_attr&) { return EACCES; };
    const auto plan = CpuCollector(sys, tree.root(), true).plan(on_cpus({"cycles"}, {0}));
    REQUIRE(plan);
    CHECK(plan->events[0].reason == "perf_event_paranoid is 2 and there is no CAP_PERFMON: counting a whole CPU needs "
                                    "level 0 or lower (EACCES of cpu on CPU 0)");
    CHECK(plan->events[0].remedy == "sudo sysctl kernel.perf_event_paranoid=0");
}

TEST_CASE("no event of whole CPUs is opened on a recorded machine") {
    const test::Tree tree;
    write_core(tree);
    ScriptedSys sys;
    const auto plan = CpuCollector(sys, tree.root()).plan(on_cpus({"cycles"}, {0}));
    REQUIRE(plan);
    CHECK(plan->events[0].reason == "this is a recorded machine: nothing is opened on it");
    CHECK(sys.calls.empty());
}

} // namespace
} // namespace bytebound
