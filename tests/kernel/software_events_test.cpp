#include "kernel_main.hpp"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <thread>

#include "base/mapped_region.hpp"
#include "counters/perf_event/perf_collector.hpp"

using namespace bytebound;

namespace {

/// Touches `pages` fresh pages that are not backed by huge pages. Returns the number of pages faulted in.
void touch_fresh_pages(std::size_t pages) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    auto region = MappedRegion::anonymous(pages * page, page);
    REQUIRE(region);
    REQUIRE(::madvise(region->data(), region->size(), MADV_NOHUGEPAGE) == 0);
    for (std::size_t i = 0; i < pages; ++i)
        *reinterpret_cast<volatile char*>(region->data() + i * page) = 1;
}

long switches_of_this_thread() {
    rusage usage{};
    REQUIRE(::getrusage(RUSAGE_THREAD, &usage) == 0);
    return usage.ru_nvcsw + usage.ru_nivcsw;
}

} // namespace

TEST_CASE("page-faults counts exactly the pages touched for the first time") {
    Group group = opened({"page-faults"});
    touch_fresh_pages(3); // makes code and stack of the measured part resident
    values_of(group);
    for (const std::size_t pages : {1u, 100u, 2500u}) {
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        auto region = MappedRegion::anonymous(pages * page, page);
        REQUIRE(region);
        REQUIRE(::madvise(region->data(), region->size(), MADV_NOHUGEPAGE) == 0);
        CounterValue before, after;
        const bool first = group.read(std::span(&before, 1));
        for (std::size_t i = 0; i < pages; ++i)
            *reinterpret_cast<volatile char*>(region->data() + i * page) = 1;
        const bool second = group.read(std::span(&after, 1));
        REQUIRE(first);
        REQUIRE(second);
        const Reading reading = difference(before, after);
        CHECK(reading.state == ReadingState::counted);
        CHECK(reading.count == pages);
    }
}

TEST_CASE("context-switches agrees with getrusage") {
    Group group = opened({"context-switches"});
    // A switch between the two queries would make them differ, so both orders are used around the sleeps.
    const long usage_outer_before = switches_of_this_thread();
    const CounterValue before = values_of(group)[0];
    const long usage_inner_before = switches_of_this_thread();
    for (int i = 0; i < 25; ++i) {
        const timespec nap{0, 200'000};
        ::nanosleep(&nap, nullptr);
    }
    const long usage_inner_after = switches_of_this_thread();
    const CounterValue after = values_of(group)[0];
    const long usage_outer_after = switches_of_this_thread();

    const Reading reading = difference(before, after);
    const auto counted = static_cast<long>(reading.count);
    CHECK(reading.state == ReadingState::counted);
    CHECK(counted >= 25);
    CHECK(counted >= usage_inner_after - usage_inner_before);
    CHECK(counted <= usage_outer_after - usage_outer_before);
}

TEST_CASE("context-switches with exclude_kernel counts 0 while it runs, so it is never opened that way") {
    Event restricted = resolved("context-switches");
    restricted.domain = Domain::user;
    auto group = Group::open(kernel_sys, std::span(&restricted, 1));
    REQUIRE(group);
    const CounterValue before = values_of(*group)[0];
    const timespec nap{0, 200'000};
    ::nanosleep(&nap, nullptr);
    const Reading reading = difference(before, values_of(*group)[0]);
    CHECK(reading.state == ReadingState::counted);
    CHECK(reading.count == 0);
}

TEST_CASE("a group counts only its own thread") {
    Group group = opened({"page-faults", "task-clock"});
    const auto before = values_of(group);
    std::thread([] { touch_fresh_pages(5000); }).join();
    const Reading faults = difference(before[0], values_of(group)[0]);
    // Starting a thread faults on its stack and control block, but far fewer than 5000 times.
    CHECK(faults.count < 500);
}

TEST_CASE("the collector plans and counts all software events in one group") {
    PerfCollector collector(kernel_sys, SysRoot());
    CHECK(collector.capability().available);
    const auto plan =
        collector.plan({{"task-clock", "page-faults", "context-switches", "cpu-migrations"}, false, 0, {}});
    REQUIRE(plan);
    CHECK(plan->passes == 1);
    for (const PlannedEvent& event : plan->events) {
        INFO(event.name << ": " << event.reason);
        CHECK(event.pass == 0);
        CHECK(event.group == 0);
    }
    auto counters = collector.open(*plan, 0);
    REQUIRE(counters);
    std::vector<CounterValue> before(4), after(4);
    REQUIRE((*counters)->read(before));
    touch_fresh_pages(64);
    REQUIRE((*counters)->read(after));
    CHECK(difference(before[1], after[1]).count >= 64);
    // task-clock counts ns of this thread's running time, as does the group's running time.
    CHECK(difference(before[0], after[0]).count > 0);
    CHECK(difference(before[0], after[0]).state == ReadingState::counted);
}

int main(int argc, char** argv) {
    return run_unless(cannot_count({"page-faults", "context-switches", "task-clock"}), argc, argv);
}
