// A machine without a PMU: events that cannot be counted have a reason, and the others still count.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "guest_main.hpp"

#include "counters/perf_event/perf_collector.hpp"

using namespace bytebound;

CATCH_REGISTER_LISTENER(TapLines)

TEST_CASE("without a core PMU cycles have a reason and a remedy, and task-clock still counts") {
    PerfCollector collector(kernel_sys, SysRoot());
    const auto plan = collector.plan({{"cycles", "task-clock"}, false, 0, {}});
    REQUIRE(plan);
    CHECK_FALSE(plan->events[0].event);
    CHECK(plan->events[0].reason == "no core PMU: the kernel has no PMU driver for this CPU");
    CHECK(plan->events[0].remedy ==
          "use a newer kernel, or load the CPU's PMU driver; bytes come from --collector sim meanwhile");
    REQUIRE(plan->events[1].event);
    CHECK(plan->events[1].pass == 0);
}

TEST_CASE("without a core PMU the capability is software events only") {
    const Capability capability = PerfCollector(kernel_sys, SysRoot()).capability();
    CHECK(capability.available);
    CHECK(capability.cause == "software events only; no core PMU: the kernel has no PMU driver for this CPU");
}

int main(int argc, char** argv) { return run_catch(argc, argv); }
