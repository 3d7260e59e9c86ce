#include "kernel_main.hpp"

#include "counters/known_truth/instruction_loop.hpp"
#include "counters/known_truth/kernel_events.hpp"
#include "counters/known_truth/line_streams.hpp"

using namespace bytebound;
using namespace bytebound::known_truth;

namespace {

/// The count of a group's first event during `work`.
template <class Work>
std::uint64_t counted(Group& group, const Work& work) {
    work(); // makes code and stack resident
    const CounterValue before = values_of(group)[0];
    work();
    const Reading reading = difference(before, values_of(group)[0]);
    CHECK(reading.state == ReadingState::counted);
    return reading.count;
}

} // namespace

TEST_CASE("the kernel counts as many page faults as fresh pages were touched") {
    Group group = opened({"page-faults"});
    for (const std::size_t pages : {1u, 300u}) {
        auto fresh = FreshPages::map(pages), warm = FreshPages::map(pages);
        REQUIRE(fresh);
        REQUIRE(warm);
        FreshPages* next = &*warm;
        CHECK(counted(group, [&] { std::exchange(next, &*fresh)->touch(); }) == pages);
    }
}

TEST_CASE("the kernel counts the same switches as getrusage") {
    Group group = opened({"context-switches"});
    std::uint64_t seen = 0;
    const std::uint64_t switches = counted(group, [&] { seen = take_naps(20); });
    CHECK(seen >= 20);
    // They differ only by preemptions between the two queries.
    CHECK(switches >= seen);
    CHECK(switches <= seen + 1);
}

TEST_CASE("task-clock advances by the CPU time spent, plus a little for reading") {
    Group group = opened({"task-clock"});
    std::uint64_t spent = 0;
    const std::uint64_t ns = counted(group, [&] { spent = spend_cpu_time(5'000'000); });
    CHECK(ns >= spent - spent / 100);
}

TEST_CASE("a breakpoint on a watched word counts its writes, or its writes and reads") {
    WatchedWord word;
    const std::string missing = cannot_count({word.event_name(4, false)});
    if (!missing.empty()) {
        WARN("breakpoints: " << missing);
        return;
    }
    Group writes = opened({word.event_name(4, false)});
    CHECK(counted(writes, [&] { word.touch(10, 5); }) == 10);
    Group both = opened({word.event_name(8, true)});
    CHECK(counted(both, [&] { word.touch(10, 5); }) == 15);
}

TEST_CASE("streams cause no context switches, and no page faults on resident pages") {
    Group group = opened({"page-faults"});
    const auto region = MappedRegion::anonymous(1 << 20, 4096);
    REQUIRE(region);
    const std::span<std::byte> memory(region->data(), region->size());
    CHECK(counted(group, [&] {
              store_stream(memory, 1);
              flush_lines(memory);
              nontemporal_store_stream(memory, 2);
              read_stream(memory, 64);
          }) == 0);
}

int main(int argc, char** argv) {
    return run_unless(cannot_count({"page-faults", "context-switches", "task-clock"}), argc, argv);
}
