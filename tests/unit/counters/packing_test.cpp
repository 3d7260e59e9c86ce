#include <linux/perf_event.h>

#include <catch2/catch.hpp>

#include "counters/perf_event/packing.hpp"

using namespace bytebound;

namespace {

Event on(std::string pmu, std::uint32_t type) {
    Event event;
    event.pmu = std::move(pmu);
    event.type = type;
    return event;
}
Event core() { return on("cpu", PERF_TYPE_HARDWARE); }
Event software() { return on("software", PERF_TYPE_SOFTWARE); }

/// A PMU with `counters` counters, shared by all groups of a pass.
Fits with_counters(const std::vector<Event>& events, std::size_t counters) {
    return [&events, counters](const PassGroups& groups) {
        std::size_t used = 0;
        for (const auto& group : groups) {
            for (const std::size_t i : group)
                used += events[i].pmu == "cpu";
        }
        return used <= counters;
    };
}

const Fits always = [](const PassGroups&) { return true; };

} // namespace

TEST_CASE("events that fit share one group and pass; software has its own group") {
    const std::vector<Event> events = {core(), software(), core(), software()};
    const Packing packing = pack(events, {}, with_counters(events, 4));
    CHECK(packing.passes == 1);
    CHECK(packing.slots[1] == packing.slots[3]);
    CHECK(packing.slots[0] == packing.slots[2]);
    CHECK(packing.slots[0].group != packing.slots[1].group);
}

TEST_CASE("events that do not fit go to later passes, in order") {
    const std::vector<Event> events = {core(), core(), core(), core(), core(), software()};
    const Packing packing = pack(events, {}, with_counters(events, 2));
    CHECK(packing.passes == 3);
    std::vector<int> passes;
    for (const Slot& slot : packing.slots)
        passes.push_back(slot.pass);
    CHECK(passes == std::vector<int>{0, 0, 1, 1, 2, 0});
}

TEST_CASE("events requested together stay together, even if one of them would fit earlier") {
    const std::vector<Event> events = {core(), core(), core(), core()};
    // {1,2} and {2,3} overlap: 1, 2 and 3 share a group of three counters; 0 is alone in pass 0.
    const Packing packing = pack(events, {{1, 2}, {2, 3}}, with_counters(events, 3));
    CHECK(separated(packing.slots, {{1, 2}, {2, 3}}).empty());
    CHECK(packing.slots[0] == Slot{0, 0, false});
    CHECK(packing.slots[1] == Slot{1, 0, false});
    CHECK(packing.slots[2] == Slot{1, 0, false});
    CHECK(packing.slots[3] == Slot{1, 0, false});
}

TEST_CASE("a set that does not fit is reported, and its events are counted one by one") {
    const std::vector<Event> events = {core(), core()};
    const Packing packing = pack(events, {{0, 1}}, with_counters(events, 1));
    CHECK(separated(packing.slots, {{0, 1}}) == std::vector<std::vector<std::size_t>>{{0, 1}});
    CHECK(packing.slots[0].pass == 0);
    CHECK(packing.slots[1].pass == 1);
}

TEST_CASE("overlapping sets that do not fit into one group are kept together one by one, in order") {
    const std::vector<Event> events = {core(), core(), core()}; // cycles, instructions, llc
    const std::vector<std::vector<std::size_t>> sets = {{0, 1}, {1, 2}};
    const Packing both = pack(events, sets, with_counters(events, 3));
    CHECK(both.passes == 1);
    CHECK(both.slots == std::vector<Slot>(3, Slot{0, 0, false}));
    CHECK(separated(both.slots, sets).empty());

    const Packing first = pack(events, sets, with_counters(events, 2));
    CHECK(first.slots[0] == Slot{0, 0, false});
    CHECK(first.slots[1] == Slot{0, 0, false});
    CHECK(first.slots[2] == Slot{1, 0, false});
    CHECK(separated(first.slots, sets) == std::vector<std::vector<std::size_t>>{{1, 2}});

    const std::vector<std::vector<std::size_t>> reversed = {{1, 2}, {0, 1}};
    CHECK(separated(pack(events, reversed, with_counters(events, 2)).slots, reversed) ==
          std::vector<std::vector<std::size_t>>{{0, 1}});
}

TEST_CASE("a later request joins the group of an earlier one as far as the counters go") {
    // 0-1, 1-2 and 2-3 with three counters: {0,1,2} share a group, and 3 does not fit into it.
    const std::vector<Event> events = {core(), core(), core(), core()};
    const std::vector<std::vector<std::size_t>> sets = {{0, 1}, {1, 2}, {2, 3}};
    const Packing packing = pack(events, sets, with_counters(events, 3));
    CHECK(packing.slots[0] == packing.slots[1]);
    CHECK(packing.slots[0] == packing.slots[2]);
    CHECK(packing.slots[3] == Slot{1, 0, false});
    CHECK(separated(packing.slots, sets) == std::vector<std::vector<std::size_t>>{{2, 3}});
}

TEST_CASE("a request with a software event comes before requests that may go to any pass") {
    const std::vector<Event> events = {core(), core(), software()};
    const std::vector<std::vector<std::size_t>> sets = {{0, 1}, {1, 2}};
    const Packing packing = pack(events, sets, with_counters(events, 1));
    CHECK(packing.slots[2].pass == 0);
    CHECK(packing.slots[1] == packing.slots[2]);
    CHECK(packing.slots[0].pass == 1);
    CHECK(separated(packing.slots, sets) == std::vector<std::vector<std::size_t>>{{0, 1}});
}

TEST_CASE("a set with a software event must be in pass 0 and is placed first") {
    const std::vector<Event> events = {core(), core(), software()};
    const Packing packing = pack(events, {{1, 2}}, with_counters(events, 1));
    CHECK(packing.slots[1].pass == 0);
    CHECK(packing.slots[2] == packing.slots[1]);
    CHECK(packing.slots[0].pass == 1);
}

TEST_CASE("an event that fits nowhere has no pass") {
    const std::vector<Event> events = {core(), software()};
    const Packing packing = pack(events, {}, with_counters(events, 0));
    CHECK(packing.slots[0].pass == -1);
    CHECK(packing.slots[1].pass == 0);
    CHECK(packing.passes == 1);
}

TEST_CASE("different PMUs get different groups; msr and breakpoints join the software events") {
    const std::vector<Event> events = {core(), on("cpu_atom", 10), software(), on("msr", 9), on("breakpoint", 5)};
    const Packing packing = pack(events, {}, [](const PassGroups&) { return true; });
    CHECK(packing.passes == 1);
    CHECK(packing.slots[0].group != packing.slots[1].group);
    CHECK(packing.slots[2] == packing.slots[3]);
    CHECK(packing.slots[2] == packing.slots[4]);
    CHECK(packing.slots[2].group != packing.slots[0].group);
}

TEST_CASE("merging passes marks only the groups that compete for counters") {
    const std::vector<Event> events = {core(), core(), core(), software(), on("msr", 9)};
    Packing packing = pack(events, {}, with_counters(events, 2));
    REQUIRE(packing.passes == 2);
    merge_passes(events, packing, always);
    CHECK(packing.passes == 1);
    for (const Slot& slot : packing.slots)
        CHECK(slot.pass == 0);
    CHECK(packing.slots[0].multiplexed);
    CHECK(packing.slots[1].multiplexed);
    CHECK(packing.slots[2].multiplexed);
    CHECK_FALSE(packing.slots[3].multiplexed);
    CHECK(packing.slots[0].group == packing.slots[1].group);
    CHECK(packing.slots[0].group != packing.slots[2].group);

    Packing single = pack(events, {}, with_counters(events, 3));
    merge_passes(events, single, always);
    CHECK_FALSE(single.slots[0].multiplexed);
}

TEST_CASE("a group that cannot be open at the same time as the others keeps its own pass when passes are merged") {
    // Breakpoints 2-6 and four debug registers; two counters for three core events.
    const Event watch = on("breakpoint", PERF_TYPE_BREAKPOINT);
    const std::vector<Event> events = {core(), core(), watch, watch, watch, watch, watch, core()};
    const auto breakpoints = [&](const PassGroups& groups) {
        std::size_t used = 0;
        for (const auto& group : groups) {
            for (const std::size_t i : group)
                used += events[i].type == PERF_TYPE_BREAKPOINT;
        }
        return used;
    };
    const Fits counters = with_counters(events, 2);
    const Fits fits = [&](const PassGroups& groups) { return counters(groups) && breakpoints(groups) <= 4; };
    Packing packing = pack(events, {}, fits);
    REQUIRE(packing.passes == 2);
    merge_passes(events, packing, [&](const PassGroups& groups) { return breakpoints(groups) <= 4; });
    CHECK(packing.passes == 2);
    CHECK(packing.slots[0] == Slot{0, 0, true});
    CHECK(packing.slots[1] == Slot{0, 0, true});
    CHECK(packing.slots[5] == Slot{0, 1, false});
    CHECK(packing.slots[6] == Slot{1, 0, false}); // the fifth breakpoint
    CHECK(packing.slots[7] == Slot{0, 2, true});
}
