// One virtual CPU on which every instruction takes 2 ns. A counter's value is then determined by the code between two
// reads, so our owners and plans can be compared with exact numbers.
//
// QEMU's armv8_pmuv3 at 1 GHz: 2 cycles per instruction, one cycle counter and 6 general ones. Any raw code opens and
// counts 0; generic cache events do not open (target/arm/helper.c, pm_events).

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "guest_main.hpp"

#include <array>
#include <thread>

#include "counters/perf_event/perf_collector.hpp"
#include "counters/perf_event/trial.hpp"
#include "forwarding_sys.hpp"

using namespace bytebound;

CATCH_REGISTER_LISTENER(TapLines)

namespace {

/// Retires 2 n instructions.
[[gnu::always_inline]] inline void spin(std::uint64_t n) {
    asm volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(n) : : "cc");
}

struct Counts {
    std::uint64_t cycles = 0, instructions = 0;
    bool operator==(const Counts&) const = default;
};

/// Differences over 2 n instructions and one read. `cycles` leads, `instructions` is next.
[[gnu::noinline]] Counts counted(Group& group, std::uint64_t n) {
    const bool first = group.refresh();
    const CounterValue cycles = group.value(0), instructions = group.value(1);
    spin(n);
    const bool second = group.refresh();
    if (!first || !second) return {};
    return {group.value(0).count - cycles.count, group.value(1).count - instructions.count};
}

/// "r1001:u", ...: codes that this PMU does not implement; each uses a counter.
std::vector<std::string> raw_codes(unsigned count) {
    std::vector<std::string> names;
    for (unsigned i = 1; i <= count; ++i)
        names.push_back("r100" + std::string(1, "0123456789abcdef"[i]) + ":u");
    return names;
}

std::vector<Event> events_of(const std::vector<std::string>& names) {
    std::vector<Event> events;
    for (const std::string& name : names)
        events.push_back(resolved(name));
    return events;
}

CountingPlan planned(const std::vector<std::string>& names, bool multiplex = false) {
    auto plan = PerfCollector(kernel_sys, SysRoot()).plan({names, multiplex, 0, {}});
    REQUIRE(plan);
    for (const PlannedEvent& event : plan->events) {
        INFO(event.name << ": " << event.reason);
        REQUIRE(event.event);
    }
    return std::move(*plan);
}

std::vector<int> passes_of(const CountingPlan& plan) {
    std::vector<int> passes;
    for (const PlannedEvent& event : plan.events)
        passes.push_back(event.pass);
    return passes;
}

/// Difference of every event over 2 n instructions.
std::vector<Reading> readings_over(WorkerCounters& counters, std::uint64_t n) {
    std::vector<CounterValue> before(counters.size()), after(counters.size());
    const bool first = counters.read(before);
    spin(n);
    const bool second = counters.read(after);
    REQUIRE(first);
    REQUIRE(second);
    std::vector<Reading> readings;
    for (std::size_t i = 0; i < before.size(); ++i)
        readings.push_back(difference(before[i], after[i]));
    return readings;
}

/// The kernel, with pinned group leaders: always on their counters, or permanently in error.
class PinningSys final : public test::ForwardingSys {
public:
    SysResult perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long flags) override {
        attr.pinned = group_fd < 0;
        return ForwardingSys::perf_event_open(attr, pid, cpu, group_fd, flags);
    }
};

} // namespace

TEST_CASE("instructions between two reads are 2 n and one constant, and cycles exactly twice as many") {
    Group group = opened({"cycles:u", "instructions:u"});
    counted(group, 1000);
    constexpr std::array<std::uint64_t, 5> turns = {1'000, 10'000, 1'000'000, 10'000'000, 100'000'000};
    std::array<Counts, turns.size()> results;
    for (std::size_t i = 0; i < turns.size(); ++i)
        results[i] = counted(group, turns[i]);
    const std::uint64_t constant = results[0].instructions - 2 * turns[0];
    say("instructions of one read", constant);
    CHECK(constant > 0);
    CHECK(constant < 300);
    for (std::size_t i = 0; i < turns.size(); ++i) {
        CHECK(results[i].instructions == 2 * turns[i] + constant);
        CHECK(results[i].cycles == 2 * results[i].instructions);
    }
}

TEST_CASE("a collector's group gives the same exact difference at every repetition") {
    PerfCollector collector(kernel_sys, SysRoot());
    const auto plan = collector.plan({{"cycles", "instructions"}, false, 0, {{"cycles", "instructions"}}});
    REQUIRE(plan);
    auto counters = collector.open(*plan, 0);
    REQUIRE(counters);
    std::vector<CounterValue> before(2), after(2);
    std::array<Counts, 50> results;
    for (Counts& result : results) {
        static_cast<void>((*counters)->read(before));
        spin(5000);
        static_cast<void>((*counters)->read(after));
        result = {after[0].count - before[0].count, after[1].count - before[1].count};
    }
    say("instructions of 10000 and a collector's read", results[1].instructions);
    CHECK(results[1].instructions > 10'000);
    for (std::size_t i = 2; i < results.size(); ++i)
        CHECK(results[i] == results[1]);
    CHECK(results[1].cycles == 2 * results[1].instructions);
}

TEST_CASE("two threads that share the CPU each count their own instructions") {
    std::array<Counts, 2> results;
    const auto work = [&](std::size_t i, std::uint64_t turns) {
        auto group = Group::open(kernel_sys, events_of({"cycles:u", "instructions:u"}));
        if (!group) return;
        counted(*group, 1000);
        results[i] = counted(*group, turns);
    };
    {
        // Long enough for several context switches: 80 ms and 240 ms of virtual time.
        std::jthread one(work, 0, 20'000'000), other(work, 1, 60'000'000);
    }
    say("thread of 40000000", results[0].instructions);
    say("thread of 120000000", results[1].instructions);
    // A context switch adds no user instructions; the excess over 2 n is the read's constant.
    CHECK(results[0].instructions - 40'000'000 < 300);
    CHECK(results[1].instructions - 120'000'000 < 300);
}

TEST_CASE("a raw code that the PMU does not implement opens and stays 0, without an error") {
    Group group = opened({"r1234:u", "instructions:u"});
    const auto before = values_of(group);
    spin(1'000'000);
    const auto after = values_of(group);
    const Reading silent = difference(before[0], after[0]);
    CHECK(silent.count == 0);
    CHECK(silent.state == ReadingState::counted);
    CHECK(difference(before[1], after[1]).count > 2'000'000);
}

TEST_CASE("a generic cache event that the PMU lacks has a reason with its errno") {
    PerfCollector collector(kernel_sys, SysRoot());
    const auto plan = collector.plan({{"LLC-load-misses", "instructions"}, false, 0, {}});
    REQUIRE(plan);
    CHECK_FALSE(plan->events[0].event);
    CHECK(plan->events[0].reason == "PMU armv8_pmuv3 does not have this event (ENOENT)");
    CHECK(plan->events[0].remedy == "choose another: bytebound events list");
    CHECK(plan->events[1].pass == 0);
}

TEST_CASE("cycles and 6 general events fit in one pass; one more needs two, 12 and cycles need two, 13 need three") {
    const auto with_cycles = [](unsigned count) {
        auto names = raw_codes(count);
        names.insert(names.begin(), "cycles:u");
        return names;
    };
    CHECK(planned(raw_codes(6)).passes == 1);
    CHECK(planned(with_cycles(6)).passes == 1);
    const CountingPlan seven = planned(with_cycles(7));
    CHECK(seven.passes == 2);
    CHECK(passes_of(seven) == std::vector<int>{0, 0, 0, 0, 0, 0, 0, 1});
    CHECK(seven.notes == std::vector<std::string>{"1 of 8 events do not fit together with the others: 2 passes"});
    CHECK(planned(with_cycles(12)).passes == 2);
    CHECK(planned(raw_codes(13)).passes == 3);
}

// When the kernel checks whether a group can be scheduled, it ignores a leader that is still disabled (arm_pmu.c,
// validate_event). A group with one event too many therefore opens, and only a trial run detects it.
TEST_CASE("a group with one general event too many opens but never runs; with two too many it does not open") {
    auto seven = Group::open(kernel_sys, events_of(raw_codes(7)));
    REQUIRE(seven);
    const CounterValue before = values_of(*seven)[0];
    spin(1'000'000);
    CHECK(difference(before, values_of(*seven)[0]).state == ReadingState::never_ran);
    const std::vector<Event> groups[] = {events_of(raw_codes(7))};
    CHECK_FALSE(try_groups(kernel_sys, groups).fits());

    const auto eight = Group::open(kernel_sys, events_of(raw_codes(8)));
    REQUIRE_FALSE(eight);
    CHECK(to_line(eight.error()) == "open event r1008:u: perf_event_open failed (EINVAL); see bytebound doctor");
    CHECK(Group::open(kernel_sys, events_of(raw_codes(6))));
}

TEST_CASE("12 events in the single pass of --allow-multiplex are scaled to the right number of instructions") {
    auto names = raw_codes(11);
    names.push_back("instructions:u");
    PerfCollector collector(kernel_sys, SysRoot());
    const CountingPlan plan = planned(names, true);
    CHECK(plan.passes == 1);
    auto counters = collector.open(plan, 0);
    REQUIRE(counters);
    const auto readings = readings_over(**counters, 100'000'000);
    for (const Reading& reading : readings) {
        CHECK(reading.state == ReadingState::scaled);
        CHECK(reading.running_ns < reading.enabled_ns);
    }
    say("running of enabled, per mille", readings[11].running_ns * 1000 / readings[11].enabled_ns);
    say("scaled instructions", static_cast<std::uint64_t>(scaled_count(readings[11])));
    CHECK(scaled_count(readings[11]) == Approx(200'000'000).epsilon(0.02));
}

TEST_CASE("of 12 groups open at once, between two ticks six are counted and six are reported as never_ran") {
    std::vector<Group> groups;
    for (int i = 0; i < 12; ++i)
        groups.push_back(opened({"instructions:u"}));
    std::array<std::size_t, 3> states{}; // counted, scaled, never_ran
    // A window of 0.1 ms rarely contains the tick (4 ms) at which the kernel rotates; if it does, the next one does
    // not.
    for (int attempt = 0; attempt < 5 && states[0] + states[2] < 12; ++attempt) {
        states = {};
        std::vector<CounterValue> before, after;
        for (Group& group : groups)
            before.push_back(values_of(group)[0]);
        spin(10'000);
        for (Group& group : groups)
            after.push_back(values_of(group)[0]);
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const Reading reading = difference(before[i], after[i]);
            ++states.at(static_cast<std::size_t>(reading.state));
            CHECK((reading.count == 0) == (reading.state == ReadingState::never_ran));
        }
    }
    CHECK(states == std::array<std::size_t, 3>{6, 0, 6});
}

TEST_CASE("a read of a pinned group without a counter returns 0 bytes, which is a lost group, not a count") {
    PinningSys pinning;
    std::vector<Group> groups;
    for (int i = 0; i < 8; ++i) {
        auto group = Group::open(pinning, events_of({"instructions:u"}));
        REQUIRE(group);
        groups.push_back(std::move(*group));
    }
    std::vector<CounterValue> value(1);
    std::vector<bool> alive;
    for (Group& group : groups)
        alive.push_back(group.read(value));
    CHECK(alive == std::vector<bool>{true, true, true, true, true, true, false, false});
    CHECK(to_line(groups[7].last_error()) ==
          "read group of instructions:u: the pinned group lost its counters to another user of the PMU; "
          "stop other profilers and the NMI watchdog");
}

TEST_CASE("a trial distinguishes a group that fits from one whose counters others occupy") {
    const std::vector<std::vector<Event>> six(6, events_of({"instructions:u"}));
    CHECK(try_groups(kernel_sys, six).fits());
    const std::vector<std::vector<Event>> seven(7, events_of({"instructions:u"}));
    const Trial starved = try_groups(kernel_sys, seven);
    CHECK_FALSE(starved.refused);
    // One of the seven has no counter until the next tick rotates them: never_ran, or scaled if the trial saw a tick.
    CHECK((starved.worst == ReadingState::never_ran || starved.worst == ReadingState::scaled));
    CHECK_FALSE(starved.fits());
}

int main(int argc, char** argv) { return run_unless(cannot_count({"instructions:u", "cycles:u"}), argc, argv); }
