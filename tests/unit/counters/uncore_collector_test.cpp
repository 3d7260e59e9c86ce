#include <catch2/catch.hpp>

#include <cerrno>

#include "counters/perf_event/uncore_collector.hpp"
#include "support/scripted_sys.hpp"
#include "support/tree.hpp"

namespace bytebound {
namespace {

const SysRoot nowhere("/nonexistent");

/// A counter of box `type` (called uncore_imc_TYPE-100) on `cpu`.
MemoryCounter counter_of(std::uint32_t type, int cpu, Direction direction, std::uint64_t config,
                         MemoryClass memory = MemoryClass::ddr) {
    MemoryCounter counter;
    counter.event.pmu = "uncore_imc_" + std::to_string(type - 100);
    counter.event.name = counter.event.pmu + "/" + std::to_string(config) + "/";
    counter.event.type = type;
    counter.event.config = config;
    counter.event.scope = Scope::cpu;
    counter.event.domain = Domain::unrestricted;
    counter.event.cpus = {0, 8};
    counter.cpu = cpu;
    counter.direction = direction;
    counter.memory = memory;
    counter.bytes_per_count = 64;
    counter.counters_per_box = 4;
    return counter;
}

/// Two boxes on two sockets, reads and writes.
std::vector<MemoryCounter> two_sockets() {
    std::vector<MemoryCounter> counters;
    for (const std::uint32_t type : {100u, 101u})
        for (const int cpu : {0, 8}) {
            counters.push_back(counter_of(type, cpu, Direction::read, 0x0304));
            counters.push_back(counter_of(type, cpu, Direction::write, 0x0c04));
        }
    return counters;
}

PlanRequest request_of(std::vector<MemoryCounter> memory, bool allow_multiplex = false) {
    return {{}, allow_multiplex, 0, {}, std::move(memory)};
}

TEST_CASE("every box is opened once on each CPU of its cpumask, with its events in one group") {
    ScriptedSys sys;
    UncoreCollector uncore(sys, nowhere, true);
    const auto plan = uncore.plan(request_of(two_sockets()));
    REQUIRE(plan);
    REQUIRE(plan->events.size() == 2);
    CHECK(plan->events[0].name == "ddr-read");
    CHECK(plan->events[0].role == "dram_read_bytes");
    CHECK(plan->events[0].parts.size() == 4);
    CHECK(plan->events[1].name == "ddr-write");
    CHECK(plan->events[1].role == "dram_write_bytes");
    CHECK(plan->events[1].sharing == Sharing::socket);
    CHECK(plan->passes == 1);
    CHECK(sys.open_descriptors.empty()); // the trial closed everything

    sys.calls.clear();
    auto counters = uncore.open(*plan, 0);
    REQUIRE(counters);
    CHECK((*counters)->size() == 8);
    std::vector<std::pair<int, unsigned>> leaders;
    for (const auto& call : sys.calls) {
        if (call.name != "open") continue;
        CHECK(call.pid == -1); // all processes
        if (call.group_fd < 0) leaders.emplace_back(call.cpu, call.attr.type);
    }
    CHECK(leaders == std::vector<std::pair<int, unsigned>>{{0, 100}, {8, 100}, {0, 101}, {8, 101}});
}

/// Boxes uncore_imc_0 and _1 with a cpumask of 0 and 8, type 100 and 101, and an event "event=N".
void write_two_boxes(const test::Tree& tree) {
    for (const char* box : {"0", "1"}) {
        const std::string path = std::string("sys/bus/event_source/devices/uncore_imc_") + box + "/";
        tree.write(path + "type", std::string("10") + box);
        tree.write(path + "cpumask", "0,8");
        tree.write(path + "format/event", "config:0-7");
        tree.write(path + "events/cas_count_read", "event=0x04");
        tree.write(path + "events/cas_count_read.scale", "6.103515625e-5");
        tree.write(path + "events/cas_count_read.unit", "MiB");
    }
    tree.write("sys/bus/event_source/devices/cpu/type", "4");
    tree.write("sys/bus/event_source/devices/cpu/format/event", "config:0-7");
}

PlanRequest named(std::vector<std::string> names) { return {std::move(names)}; }

TEST_CASE("a name of the user's is the sum over the boxes that it matches, on each CPU of their cpumasks") {
    const test::Tree tree;
    write_two_boxes(tree);
    ScriptedSys sys;
    UncoreCollector uncore(sys, tree.root(), true);
    const auto plan = uncore.plan(named({"uncore_imc/cas_count_read/", "cpu/event=0x3c/", "uncore_imc_1/event=9/"}));
    REQUIRE(plan);
    REQUIRE(plan->events.size() == 2); // cpu/.../ counts threads: not its business
    const PlannedEvent& sum = plan->events[0];
    CHECK(sum.name == "uncore_imc/cas_count_read/");
    CHECK(sum.sharing == Sharing::socket);
    CHECK(sum.role.empty());
    CHECK(sum.event->unit == "MiB");
    CHECK(sum.event->scale == 6.103515625e-5);
    std::vector<std::tuple<std::uint32_t, std::uint64_t, int, std::uint32_t>> parts;
    for (const EventPart& part : sum.parts)
        parts.emplace_back(part.event.type, part.event.config, part.cpu, part.weight);
    CHECK(parts == std::vector<std::tuple<std::uint32_t, std::uint64_t, int, std::uint32_t>>{
                       {100, 4, 0, 1}, {100, 4, 8, 1}, {101, 4, 0, 1}, {101, 4, 8, 1}});
    CHECK(plan->events[1].parts.size() == 2);
    CHECK(plan->passes == 1);
    auto counters = uncore.open(*plan, 0);
    REQUIRE(counters);
    CHECK((*counters)->size() == 6);
}

TEST_CASE(
    "the user's events at boxes take the counters that DRAM traffic leaves, in more passes if there are too few") {
    const test::Tree tree;
    write_two_boxes(tree);
    ScriptedSys sys;
    sys.box_counters = 3;
    UncoreCollector uncore(sys, tree.root(), true);
    const auto dram = uncore.plan(request_of(two_sockets())); // reads and writes: 2 of 3 counters of every box
    REQUIRE(dram);
    PlanRequest request = named({"uncore_imc/cas_count_read/", "uncore_imc/event=9/"});
    CHECK(uncore.plan(request)->passes == 1);
    request.beside = dram->events;
    const auto plan = uncore.plan(request);
    REQUIRE(plan);
    CHECK(plan->passes == 2);
    CHECK(plan->events[0].pass == 0);
    CHECK(plan->events[1].pass == 1);
    CHECK(sys.open_descriptors.empty());
}

TEST_CASE("an event of the user's at boxes that cannot be opened has the cause, and none a sum of the other boxes") {
    const test::Tree tree;
    write_two_boxes(tree);
    ScriptedSys sys;
    sys.refuse = [](const perf_event_attr& attr) { return attr.type == 101 ? ENODEV : 0; };
    const auto plan = UncoreCollector(sys, tree.root(), true).plan(named({"uncore_imc/cas_count_read/"}));
    REQUIRE(plan);
    CHECK(plan->events[0].pass == -1);
    CHECK(plan->events[0].reason == "PMU uncore_imc_1 is not present on this CPU, or the CPU is offline (ENODEV of "
                                    "uncore_imc_1 on CPU 0)");
}

TEST_CASE("values are in the order of the plan's parts, regardless of their boxes") {
    ScriptedSys sys;
    sys.count = [](const perf_event_attr& attr, std::uint64_t n) { return attr.type * 100000 + attr.config * 10 + n; };
    UncoreCollector uncore(sys, nowhere, true);
    const auto plan = uncore.plan(request_of(two_sockets()));
    auto counters = uncore.open(*plan, 0);
    REQUIRE(counters);
    std::vector<CounterValue> values(8);
    REQUIRE((*counters)->read(values));
    // ddr-read of boxes 100 on CPUs 0 and 8, 101 on 0 and 8: type * 100000 + 0x304 * 10 + 1; then ddr-write.
    const std::vector<std::uint64_t> expected = {10007721, 10007721, 10107721, 10107721,
                                                 10030761, 10030761, 10130761, 10130761};
    for (std::size_t i = 0; i < values.size(); ++i)
        CHECK(values[i].count == expected[i]);
}

TEST_CASE("more events than a box has counters need several passes, never multiplexing") {
    std::vector<MemoryCounter> channels;
    for (std::uint64_t channel = 0; channel < 8; ++channel)
        channels.push_back(counter_of(100, 0, Direction::combined, 0x3807 + channel * 0x40));
    ScriptedSys sys;
    sys.box_counters = 4;
    const auto plan = UncoreCollector(sys, nowhere, true).plan(request_of(channels));
    REQUIRE(plan);
    CHECK(plan->passes == 2);
    REQUIRE(plan->events.size() == 2);
    CHECK(plan->events[0].name == "ddr-combined");
    CHECK(plan->events[1].name == "ddr-combined-2");
    CHECK(plan->events[0].parts.size() == 4);
    CHECK(plan->events[1].pass == 1);
    CHECK(plan->events[1].role == "dram_bytes");
    CHECK_FALSE(plan->events[0].multiplexed);
    CHECK(plan->notes == std::vector<std::string>{
                             "the memory controllers have fewer counters than events: 2 passes over the same trace"});
}

TEST_CASE("a box with fewer free counters than its preset says needs more passes") {
    ScriptedSys sys;
    sys.box_counters = 1;
    const auto plan = UncoreCollector(sys, nowhere, true).plan(request_of(two_sockets()));
    REQUIRE(plan);
    CHECK(plan->passes == 2);
    CHECK(plan->events[0].name == "ddr-read");
    CHECK(plan->events[1].name == "ddr-write-2");
}

TEST_CASE("with a driver that allows one event per group, events are read one by one in one pass") {
    ScriptedSys sys;
    sys.one_event_per_group = true;
    UncoreCollector uncore(sys, nowhere, true);
    const auto plan = uncore.plan(request_of(two_sockets()));
    REQUIRE(plan);
    CHECK(plan->passes == 1);
    auto counters = uncore.open(*plan, 0);
    REQUIRE(counters);
    CHECK((*counters)->size() == 8);
    CHECK(sys.open_descriptors.size() == 8);
}

TEST_CASE("one box that cannot be opened makes the whole sum unavailable, with the box and the cause") {
    ScriptedSys sys;
    sys.refuse = [](const perf_event_attr& attr) { return attr.type == 101 ? ENODEV : 0; };
    const auto plan = UncoreCollector(sys, nowhere, true).plan(request_of(two_sockets()));
    REQUIRE(plan);
    for (const PlannedEvent& event : plan->events) {
        CHECK(event.pass == -1);
        CHECK(event.reason == "PMU uncore_imc_1 is not present on this CPU, or the CPU is offline (ENODEV of "
                              "uncore_imc_1 on CPU 0)");
    }
    CHECK(sys.open_descriptors.empty());
}

TEST_CASE("memory classes are counted separately, and HBM feeds the DRAM metrics only if there is no DDR") {
    ScriptedSys sys;
    UncoreCollector uncore(sys, nowhere, true);
    const MemoryCounter ddr = counter_of(100, 0, Direction::read, 0xcf05);
    const MemoryCounter hbm = counter_of(120, 0, Direction::read, 0xcf05, MemoryClass::hbm);
    const auto both = uncore.plan(request_of({hbm, ddr}));
    REQUIRE(both);
    CHECK(both->events[0].name == "ddr-read");
    CHECK(both->events[0].role == "dram_read_bytes");
    CHECK(both->events[1].name == "hbm-read");
    CHECK(both->events[1].role.empty());
    const auto alone = uncore.plan(request_of({hbm}));
    REQUIRE(alone);
    CHECK(alone->events[0].role == "dram_read_bytes");
}

TEST_CASE("nothing is planned on a recorded machine or without counters") {
    ScriptedSys sys;
    CHECK(UncoreCollector(sys, nowhere, true).plan(request_of({}))->events.empty());
    CHECK(UncoreCollector(sys, nowhere).plan(request_of(two_sockets()))->events.empty());
    CHECK_FALSE(UncoreCollector(sys, nowhere).capability().available);
    CHECK(sys.calls.empty());
}

TEST_CASE("a box that loses its counters fails the read with that cause") {
    ScriptedSys sys;
    UncoreCollector uncore(sys, nowhere, true);
    const auto plan = uncore.plan(request_of(two_sockets()));
    auto counters = uncore.open(*plan, 0);
    REQUIRE(counters);
    sys.fail_call[sys.calls.size() + 1] = ENODEV;
    std::vector<CounterValue> values(8);
    CHECK_FALSE((*counters)->read(values));
    CHECK((*counters)->last_error().sys_errno == ENODEV);
}

} // namespace
} // namespace bytebound
