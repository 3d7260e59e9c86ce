#include "kernel_main.hpp"

#include <array>
#include <sstream>

#include "counters/perf_event/perf_collector.hpp"

using namespace bytebound;

namespace {

volatile int watched = 0;
volatile int neighbour = 0;
std::array<volatile long, 8> many{};

std::string watch(const volatile void* address, std::size_t bytes, const char* access) {
    std::ostringstream name;
    name << "mem:0x" << std::hex << reinterpret_cast<std::uintptr_t>(address) << "/" << std::dec << bytes << ":"
         << access;
    return name.str();
}

} // namespace

TEST_CASE("exactly 10 of 10 writes are counted, and no write to a neighbour") {
    Group group = opened({watch(&watched, sizeof watched, "w")});
    const CounterValue before = values_of(group)[0];
    for (int i = 0; i < 10; ++i) {
        watched = i;
        neighbour = i;
    }
    const Reading reading = difference(before, values_of(group)[0]);
    CHECK(reading.state == ReadingState::counted);
    CHECK(reading.count == 10);
}

TEST_CASE("a read-write breakpoint also counts loads; a write breakpoint does not") {
    Group group = opened({watch(&watched, sizeof watched, "w"), watch(&watched, sizeof watched, "rw")});
    const auto before = values_of(group);
    int sum = 0;
    for (int i = 0; i < 7; ++i)
        sum += watched;
    watched = sum;
    const auto after = values_of(group);
    CHECK(difference(before[0], after[0]).count == 1);
    CHECK(difference(before[1], after[1]).count == 8);
}

TEST_CASE("more breakpoints than debug registers go to a second pass") {
    PlanRequest request;
    for (const volatile long& word : many)
        request.names.push_back(watch(&word, sizeof word, "w"));
    PerfCollector collector(kernel_sys, SysRoot());
    const auto plan = collector.plan(request);
    REQUIRE(plan);
    std::size_t countable = 0;
    for (const PlannedEvent& event : plan->events)
        countable += event.event.has_value() && event.pass == 0;
    // x86 has 4 debug registers, so the others need a second pass.
    CHECK(countable == 4);
    CHECK(plan->passes == 2);

    auto counters = collector.open(*plan, 0);
    REQUIRE(counters);
    std::vector<CounterValue> before(4), after(4);
    REQUIRE((*counters)->read(before));
    for (volatile long& word : many)
        word = 1;
    many[0] = 2;
    REQUIRE((*counters)->read(after));
    CHECK(difference(before[0], after[0]).count == 2);
    CHECK(difference(before[3], after[3]).count == 1);
}

TEST_CASE("breakpoints cannot be multiplexed: --allow-multiplex keeps the second pass, and both passes open") {
    PlanRequest request;
    for (std::size_t i = 0; i < 5; ++i)
        request.names.push_back(watch(&many[i], sizeof many[i], "w"));
    request.allow_multiplex = true;
    PerfCollector collector(kernel_sys, SysRoot());
    const auto plan = collector.plan(request);
    REQUIRE(plan);
    CHECK(plan->passes == 2);
    for (int pass = 0; pass < 2; ++pass) {
        const auto counters = collector.open(*plan, pass);
        INFO((counters ? "" : to_line(counters.error())));
        REQUIRE(counters);
        CHECK((*counters)->size() == (pass == 0 ? 4 : 1));
    }
}

int main(int argc, char** argv) {
#if defined(__x86_64__)
    return run_unless(cannot_count({watch(&watched, sizeof watched, "w")}), argc, argv);
#else
    return run_unless("the number of debug registers is known for x86 only", argc, argv);
#endif
}
