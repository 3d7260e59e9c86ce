#pragma once
// Plans of the perf collector. The scripted Sys replaces the kernel everywhere. Tests on `live` use only names that
// every Linux has.

#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "counters/perf_event/perf_collector.hpp"
#include "scripted_sys.hpp"
#include "support/machine_tree.hpp"

namespace bytebound::test {

inline const SysRoot live;

inline CountingPlan planned(ScriptedSys& sys, const PlanRequest& request) {
    PerfCollector collector(sys, live);
    auto plan = collector.plan(request);
    REQUIRE(plan);
    CHECK(sys.open_descriptors.empty()); // probes are closed
    return *plan;
}

/// Plans on the x86 server of machine_tree.hpp, whose core PMU has the counters that the script says.
inline CountingPlan planned_on_server(ScriptedSys& sys, const PlanRequest& request,
                                      const std::string& nmi_watchdog = "0") {
    MachineTree tree;
    add_x86_server(tree);
    tree.file("proc/sys/kernel/nmi_watchdog", nmi_watchdog);
    PerfCollector collector(sys, tree.root(), true);
    auto plan = collector.plan(request);
    REQUIRE(plan);
    CHECK(sys.open_descriptors.empty());
    for (int pass = 0; pass < plan->passes; ++pass)
        CHECK(collector.open(*plan, pass)); // every pass can be opened
    return *plan;
}

inline const PlannedEvent& event(const CountingPlan& plan, const std::string& name) {
    for (const PlannedEvent& e : plan.events) {
        if (e.name == name) return e;
    }
    FAIL("no event " << name);
    return plan.events.front();
}

inline Event thread_event(std::string pmu, Domain domain = Domain::user) {
    Event e;
    e.pmu = std::move(pmu);
    e.domain = domain;
    return e;
}

} // namespace bytebound::test
