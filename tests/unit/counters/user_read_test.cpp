#include <array>
#include <catch2/catch.hpp>

#include "counters/perf_event/group.hpp"
#include "counters/perf_event/perf_collector.hpp"
#include "counters/perf_event/user_read.hpp"
#include "scripted_pages.hpp"
#include "support/machine_tree.hpp"

using namespace bytebound;

namespace {

struct Answer {
    bool read = false;
    std::array<std::uint64_t, 2> counts{};
    std::array<std::uint32_t, 2> locks{};
    UserReading times;
};

Answer read_two(perf_event_mmap_page& leader, perf_event_mmap_page& member, const ScriptedRegisters& registers) {
    Answer answer;
    EventPage* const pages[] = {&leader, &member};
    answer.read = read_pages(pages, registers, answer.locks, answer.counts, answer.times);
    return answer;
}

Event core_event(std::string name, std::uint64_t config) {
    Event event;
    event.name = std::move(name);
    event.pmu = "cpu";
    event.config = config;
    return event;
}

const std::vector<Event> two = {core_event("cycles", 0), core_event("instructions", 1)};

} // namespace

TEST_CASE("a counter of fewer than 64 bits is a signed number") {
    CHECK(sign_extended(0x7fffffffff, 40) == 0x7fffffffffu);
    CHECK(sign_extended(0x8000000000, 40) == 0xffffff8000000000u);   // -2^39
    CHECK(sign_extended(0xfffffffffff0, 48) == 0xfffffffffffffff0u); // -16
    CHECK(sign_extended(0x7ffffffffff0, 48) == 0x7ffffffffff0u);     // 2^47 - 16
    CHECK(sign_extended(0x80000000, 32) == 0xffffffff80000000u);     // -2^31
    CHECK(sign_extended(0xdeadbeef00000005, 32) == 5);               // bits above the width are ignored
    CHECK(sign_extended(0x8000000000000001, 64) == 0x8000000000000001u);
}

TEST_CASE("the page's factors turn clock cycles into ns since its update") {
    perf_event_mmap_page page = page_of(1);
    page.time_offset = static_cast<std::uint64_t>(-1000);
    CHECK(ns_since_update(page, 5000) == 4000);
    page.time_offset = 0;
    page.time_shift = 1;
    page.time_mult = 3;
    CHECK(ns_since_update(page, 7) == 10); // 7 * 3 / 2 = 10.5
    page.time_shift = 32;
    page.time_mult = 1u << 30; // a quarter of a ns per cycle
    // (2^40 + 5) / 4 = 2^38 + 1.25; the product 2^70 does not fit in 64 bits
    CHECK(ns_since_update(page, (1ull << 40) + 5) == (1ull << 38) + 1);
}

TEST_CASE("a clock of fewer than 64 bits continues after it wraps") {
    perf_event_mmap_page page = page_of(1);
    page.cap_user_time_short = 1;
    page.time_mask = (1ull << 56) - 1;
    page.time_cycles = (1ull << 56) - 10; // the kernel updated 10 cycles before the wrap
    page.time_offset = -((1ull << 56) - 10);
    CHECK(ns_since_update(page, (1ull << 56) - 4) == 6);
    CHECK(ns_since_update(page, 5) == 15); // 10 until the wrap and 5 after it
}

TEST_CASE("a group's counts are register plus offset, its times the leader's") {
    auto leader = page_of(1, 1000), member = page_of(0x40000001, 50);
    leader.time_enabled = 900;
    leader.time_running = 600;
    leader.time_offset = static_cast<std::uint64_t>(-300);
    member.pmc_width = 40;
    ScriptedRegisters registers;
    registers.values = {{1, 0xfffffffffff0}, {0x40000001, 7}};
    registers.clock = 350;
    const Answer answer = read_two(leader, member, registers);
    REQUIRE(answer.read);
    CHECK(answer.counts[0] == 984); // 1000 - 16
    CHECK(answer.counts[1] == 57);
    CHECK(answer.times.enabled_ns == 950); // 900 + (350 - 300)
    CHECK(answer.times.running_ns == 650);
    CHECK(answer.locks == std::array<std::uint32_t, 2>{2, 2});
}

TEST_CASE("an answer that an update of any page interrupts is discarded and read again") {
    for (const bool tear_member : {false, true}) {
        auto leader = page_of(1, 100), member = page_of(2, 100);
        ScriptedRegisters registers;
        registers.values = {{1, 1}, {2, 2}};
        registers.on_read = [&](int n) {
            if (n != 2) return; // after the leader was read
            (tear_member ? member : leader).lock += 2;
            leader.offset = member.offset = 500;
        };
        const Answer answer = read_two(leader, member, registers);
        REQUIRE(answer.read);
        CHECK(registers.reads == 4);
        CHECK(answer.counts == std::array<std::uint64_t, 2>{501, 502});
        CHECK(answer.locks == std::array<std::uint32_t, 2>{tear_member ? 2u : 4u, tear_member ? 4u : 2u});
    }
}

TEST_CASE("a page that stays in an update, or is updated during every try, is left to read(2)") {
    auto leader = page_of(1), member = page_of(2);
    ScriptedRegisters registers;
    registers.values = {{1, 1}, {2, 2}};
    member.lock = 3;
    CHECK_FALSE(read_two(leader, member, registers).read);
    member.lock = 4;
    registers.on_read = [&](int) { leader.lock += 2; };
    CHECK_FALSE(read_two(leader, member, registers).read);
}

TEST_CASE("an event that currently has no register is left to read(2)") {
    auto leader = page_of(1), member = page_of(0);
    ScriptedRegisters registers;
    registers.values = {{0, 9}, {1, 1}};
    CHECK_FALSE(read_two(leader, member, registers).read);
    member.index = 5; // one that this processor's instruction cannot read
    CHECK_FALSE(read_two(leader, member, registers).read);
}

TEST_CASE("no register is read that the page does not allow, because the instruction would fault") {
    for (const bool rdpmc : {false, true}) {
        auto leader = page_of(1), member = page_of(2);
        leader.cap_user_rdpmc = rdpmc;
        leader.cap_user_time = !rdpmc;
        ScriptedRegisters registers;
        registers.values = {{1, 1}, {2, 2}};
        CHECK_FALSE(read_two(leader, member, registers).read);
        CHECK(registers.reads == 0);
    }
}

TEST_CASE("a group whose pages allow it is read without a system call") {
    PagedSys sys;
    sys.pages = {page_of(1, 10), page_of(2, 20)};
    ScriptedRegisters registers;
    registers.values = {{1, 1}, {2, 2}};
    registers.clock = 700;
    {
        auto group = Group::open(sys, two);
        REQUIRE(group);
        CHECK_FALSE(group->schedule_stamp());
        REQUIRE(group->read_in_user_space(registers));
        std::vector<CounterValue> values(2);
        REQUIRE(group->read(values));
        CHECK(sys.script.count_of("read") == 0);
        CHECK(values[0] == CounterValue{11, 700, 700});
        CHECK(values[1] == CounterValue{22, 700, 700});

        const auto stamp = group->schedule_stamp();
        registers.clock = 800;
        REQUIRE(group->read(values));
        CHECK(group->schedule_stamp() == stamp);
        sys.pages[1].lock += 2; // rescheduled between two reads
        REQUIRE(group->read(values));
        CHECK(group->schedule_stamp() != stamp);
        Group moved = std::move(*group);
        CHECK(sys.mapped == 2);
    }
    CHECK(sys.mapped == 0);
    CHECK(sys.script.open_descriptors.empty());
}

TEST_CASE("a group that lost its registers is read with read(2), and in user space again afterwards") {
    PagedSys sys;
    sys.pages = {page_of(1), page_of(2)};
    ScriptedRegisters registers;
    registers.values = {{1, 3'000'000}, {2, 4'000'000}};
    registers.clock = 900;
    auto group = Group::open(sys, two);
    REQUIRE(group);
    REQUIRE(group->read_in_user_space(registers));
    std::vector<CounterValue> values(2);
    REQUIRE(group->read(values));
    const auto stamp = group->schedule_stamp();
    sys.pages[0].index = 0;
    sys.pages[0].lock += 2;
    REQUIRE(group->read(values));
    CHECK(sys.script.count_of("read") == 1);
    CHECK(values[1] == CounterValue{2000, 1'000'000, 1'000'000}); // (config + 1) * 1000 after 1 ms
    CHECK(group->schedule_stamp() != stamp);
    sys.pages[0].index = 1;
    registers.clock = 2'000'000;
    REQUIRE(group->read(values));
    CHECK(sys.script.count_of("read") == 1);
    CHECK(values[1] == CounterValue{4'000'000, 2'000'000, 2'000'000});
}

TEST_CASE("time increases even if the clock does not advance or lags behind the kernel's") {
    PagedSys sys;
    sys.pages = {page_of(1), page_of(2)};
    sys.pages[0].time_enabled = 100; // enabled 100 ns before it got its counter
    ScriptedRegisters registers;
    registers.values = {{1, 1}, {2, 2}};
    registers.clock = 500;
    auto group = Group::open(sys, two);
    REQUIRE(group);
    REQUIRE(group->read_in_user_space(registers));
    std::vector<CounterValue> before(2), after(2);
    REQUIRE(group->read(before));
    CHECK(before[0] == CounterValue{1, 600, 500});
    REQUIRE(group->read(after));
    CHECK(after[0] == CounterValue{1, 601, 501});
    registers.clock = 400;
    REQUIRE(group->read(after));
    CHECK(difference(before[0], after[0]).state == ReadingState::counted);
}

TEST_CASE("if one event may not be read in user space, the whole group is left to read(2)") {
    PagedSys sys;
    sys.pages = {page_of(1), page_of(0)};
    sys.pages[1].cap_user_rdpmc = 0;
    ScriptedRegisters registers;
    auto group = Group::open(sys, two);
    REQUIRE(group);
    CHECK_FALSE(group->read_in_user_space(registers));
    CHECK(sys.maps == 2);
    CHECK(sys.mapped == 0);
    std::vector<CounterValue> values(2);
    REQUIRE(group->read(values));
    CHECK(sys.script.count_of("read") == 1);
    CHECK_FALSE(group->schedule_stamp());
}

TEST_CASE("a group on a CPU is not read in user space: this thread may run on another") {
    PagedSys sys;
    sys.pages = {page_of(1), page_of(2)};
    auto group = Group::open(sys, two, 0);
    REQUIRE(group);
    CHECK_FALSE(group->read_in_user_space(ScriptedRegisters()));
    CHECK(sys.maps == 0);
}

TEST_CASE("the plan lists the events read in user space, and workers read them that way") {
    MachineTree tree;
    add_x86_server(tree);
    PagedSys sys;
    ScriptedRegisters registers;
    registers.values = {{1, 41}, {2, 42}};
    registers.clock = 10;
    PerfCollector collector(sys, tree.root(), true, &registers);
    // Two groups: the pages of software events do not allow it.
    sys.pages = {perf_event_mmap_page{}, page_of(1), page_of(2), perf_event_mmap_page{}, page_of(1), page_of(2)};
    const auto plan = collector.plan({{"cycles", "task-clock", "instructions"}, false, 0, {}});
    REQUIRE(plan);
    CHECK(plan->reading == "user-space reads (rdpmc) of cycles, instructions");
    CHECK(sys.mapped == 0);
    CHECK(sys.maps == 3);
    auto counters = collector.open(*plan, 0);
    REQUIRE(counters);
    const std::size_t reads = sys.script.count_of("read");
    std::vector<CounterValue> values(3);
    REQUIRE((*counters)->read(values));
    CHECK(values[0].count == 41);
    CHECK(values[1].count == 2000); // task-clock, config 1
    CHECK(values[2].count == 42);
    CHECK(sys.script.count_of("read") == reads + 1);
    CHECK((*counters)->schedule_stamp() == 4u);
}

TEST_CASE("counters read with read(2) have no schedule stamp") {
    MachineTree tree;
    add_x86_server(tree);
    ScriptedSys sys;
    PerfCollector collector(sys, tree.root(), true);
    const auto plan = collector.plan({{"cycles"}, false, 0, {}});
    REQUIRE(plan);
    CHECK(plan->reading.empty());
    auto counters = collector.open(*plan, 0);
    REQUIRE(counters);
    CHECK_FALSE((*counters)->schedule_stamp());
}

namespace {

void add_arm_server(MachineTree& tree, const std::string& user_access) {
    tree.pmu("armv8_pmuv3_0", "type", "8")
        .pmu("armv8_pmuv3_0", "cpus", "0-3")
        .pmu("armv8_pmuv3_0", "format/event", "config:0-15")
        .pmu("armv8_pmuv3_0", "format/long", "config1:0")
        .pmu("armv8_pmuv3_0", "format/rdpmc", "config1:1");
    tree.file("proc/sys/kernel/perf_user_access", user_access);
}

} // namespace

TEST_CASE("user-space reads are requested from an arm64 PMU if the administrator allows them") {
    ScriptedRegisters registers;
    for (const bool allowed : {false, true}) {
        MachineTree tree;
        add_arm_server(tree, allowed ? "1" : "0");
        ScriptedSys sys;
        PerfCollector collector(sys, tree.root(), true, &registers);
        const auto plan = collector.plan({{"cycles"}, false, 0, {}});
        REQUIRE(plan);
        REQUIRE(plan->events[0].event);
        CHECK(plan->events[0].event->config1 == (allowed ? 2u : 0u));
        CHECK(plan->reading == (allowed ? "" : "read(2); for user-space reads: sudo sysctl kernel.perf_user_access=1"));
    }
}

TEST_CASE("an arm64 event that does not allow user-space reads is opened without them") {
    MachineTree tree;
    add_arm_server(tree, "1");
    ScriptedSys sys;
    sys.refuse = [](const perf_event_attr& attr) { return attr.config1 == 3 ? EOPNOTSUPP : 0; };
    ScriptedRegisters registers;
    PerfCollector collector(sys, tree.root(), true, &registers);
    const auto plan = collector.plan({{"armv8_pmuv3_0/event=8,long/", "armv8_pmuv3_0/event=8/"}, false, 0, {}});
    REQUIRE(plan);
    REQUIRE(plan->events[0].event);
    CHECK(plan->events[0].event->config1 == 1);
    REQUIRE(plan->events[1].event);
    CHECK(plan->events[1].event->config1 == 2);
}
