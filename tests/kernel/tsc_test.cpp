#include "kernel_main.hpp"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "base/clock.hpp"
#include "counters/perf_event/perf_collector.hpp"

using namespace bytebound;

namespace {

std::uint64_t tsc() {
#if defined(__x86_64__)
    unsigned core = 0;
    return __rdtscp(&core);
#else
    return 0;
#endif
}

void spin(std::uint64_t ns) {
    for (const std::uint64_t end = now_ns() + ns; now_ns() < end;) {
    }
}

} // namespace

TEST_CASE("msr/tsc/ in a group with a software leader is within 1 % of rdtsc") {
    Group group = opened({"context-switches", "msr/tsc/"});
    // The counter does not advance while the thread is not running, but rdtsc does, so only an interval without a
    // context switch is comparable. A busy machine may need several attempts.
    for (int attempt = 0; attempt < 500; ++attempt) {
        const auto before = values_of(group);
        const std::uint64_t tsc_before = tsc();
        spin(1'000'000);
        const std::uint64_t tsc_after = tsc();
        const auto after = values_of(group);
        if (difference(before[0], after[0]).count != 0) continue;

        const Reading counted = difference(before[1], after[1]);
        CHECK(counted.state == ReadingState::counted);
        const auto truth = static_cast<double>(tsc_after - tsc_before);
        CHECK(static_cast<double>(counted.count) == Approx(truth).epsilon(0.01));
        return;
    }
    FAIL("no millisecond without a context switch in 500: this machine is too busy to compare");
}

TEST_CASE("a tsc leader accepts software members, and the collector puts both into one group") {
    Group group = opened({"msr/tsc/", "page-faults", "task-clock"});
    const auto before = values_of(group);
    const std::uint64_t start_tsc = tsc(), start_ns = now_ns();
    spin(5'000'000);
    const double tsc_per_ns = static_cast<double>(tsc() - start_tsc) / static_cast<double>(now_ns() - start_ns);
    const auto after = values_of(group);
    // Neither member advances while the thread is not running, so their ratio is the TSC's frequency in any case.
    const auto ticks = static_cast<double>(difference(before[0], after[0]).count);
    const auto running_ns = static_cast<double>(difference(before[2], after[2]).count);
    CHECK(ticks / running_ns == Approx(tsc_per_ns).epsilon(0.05));

    PerfCollector collector(kernel_sys, SysRoot());
    const auto plan = collector.plan({{"task-clock", "msr/tsc/"}, false, 0, {}});
    REQUIRE(plan);
    CHECK(plan->events[1].group == plan->events[0].group);
    CHECK(plan->events[1].pass == 0);
}

TEST_CASE("the kernel refuses msr/tsc/ with exclude bits") {
    Event restricted = resolved("msr/tsc/");
    restricted.domain = Domain::user;
    const auto group = Group::open(kernel_sys, std::span(&restricted, 1));
    REQUIRE_FALSE(group);
    CHECK(group.error().sys_errno == EINVAL);
}

int main(int argc, char** argv) {
#if defined(__x86_64__)
    return run_unless(cannot_count({"context-switches", "msr/tsc/"}), argc, argv);
#else
    return run_unless("there is no TSC on this architecture", argc, argv);
#endif
}
