#include "kernel_main.hpp"

#include "counters/perf_event/perf_collector.hpp"

using namespace bytebound;

namespace {

/// Retires a number of instructions proportional to `n`, with one taken branch per iteration.
void turns(std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i)
        asm volatile("" : "+r"(i));
}

} // namespace

TEST_CASE("instructions grow by the same number for every iteration of a loop") {
    Group group = opened({"instructions:u", "cycles:u"});
    const auto count = [&](std::uint64_t n) {
        const auto before = values_of(group);
        turns(n);
        const Reading reading = difference(before[0], values_of(group)[0]);
        REQUIRE(reading.state == ReadingState::counted);
        return static_cast<double>(reading.count);
    };
    count(1000);
    // The constant cost of reading cancels out in the difference.
    const double per_turn_small = (count(2'000'000) - count(1'000'000)) / 1e6;
    const double per_turn_large = (count(20'000'000) - count(10'000'000)) / 1e7;
    CHECK(per_turn_small >= 1.0);
    CHECK(per_turn_large == Approx(per_turn_small).epsilon(0.01));
}

TEST_CASE("numerator and denominator of CPI are planned into one group") {
    PerfCollector collector(kernel_sys, SysRoot());
    const auto plan = collector.plan({{"cycles", "instructions"}, false, 0, {{"cycles", "instructions"}}});
    REQUIRE(plan);
    CHECK(plan->events[0].pass == plan->events[1].pass);
    CHECK(plan->events[0].group == plan->events[1].group);
}

int main(int argc, char** argv) { return run_unless(cannot_count({"instructions:u", "cycles:u"}), argc, argv); }
