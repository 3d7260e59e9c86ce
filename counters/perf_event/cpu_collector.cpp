#include "counters/perf_event/cpu_collector.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "counters/names/resolver.hpp"
#include "counters/perf_event/boxes.hpp"

namespace bytebound {
namespace {

bool serves(const Event& event, int cpu) {
    return event.cpus.empty() || std::find(event.cpus.begin(), event.cpus.end(), cpu) != event.cpus.end();
}

/// The event on one CPU. Its scope says that a whole CPU is counted, for the reasons of refusals.
EventPart on_cpu(const Event& event, int cpu) {
    EventPart part{event, cpu, 1};
    part.event.scope = Scope::cpu;
    part.event.cpus = {cpu};
    return part;
}

} // namespace

Capability CpuCollector::capability() const {
    if (!may_open_) return recorded_machine();
    return Capability::yes("whole CPUs through perf_event_open(2)");
}

Result<PlannedEvent> CpuCollector::plan_event(const std::string& name, const std::vector<int>& cpus) {
    PlannedEvent planned;
    planned.name = name;
    planned.sharing = Sharing::socket;
    planned.pass = planned.group = 0;
    Resolution found;
    for (const int cpu : cpus) {
        // A bare name means another PMU on another kind of core.
        if (!found.event || !serves(*found.event, cpu)) found = TRY(EventResolver(root_, cpu).resolve(name));
        if (found.event && found.event->scope == Scope::cpu) {
            found = Resolution{{},
                               "PMU " + found.event->pmu + " counts a whole socket or domain, not a CPU",
                               "the uncore collector counts it"};
        }
        if (!found.event) break;
        if (serves(*found.event, cpu)) planned.parts.push_back(on_cpu(*found.event, cpu));
    }
    if (found.event && !planned.parts.empty()) {
        planned.event = found.event;
        return planned;
    }
    planned.parts.clear();
    planned.pass = planned.group = -1;
    planned.reason = found.event ? "PMU " + found.event->pmu + " serves CPUs " + format_cpu_list(found.event->cpus)
                                 : std::move(found.unavailable);
    planned.remedy = found.event ? "choose some of its CPUs (--cpus)" : std::move(found.remedy);
    planned.no_core_pmu = found.no_core_pmu;
    return planned;
}

Result<CountingPlan> CpuCollector::plan(const PlanRequest& request) {
    CountingPlan plan;
    plan.collector = plan.source = "perf";
    for (const std::string& name : request.names) {
        auto planned = TRY(plan_event(name, request.cpus));
        if (!may_open_) {
            planned = PlannedEvent();
            planned.name = name;
            planned.reason = recorded_machine().cause;
            planned.remedy = recorded_machine().remedy;
        } else if (planned.event) {
            if (!planned.event->caveat.empty()) plan.notes.push_back(name + ": " + planned.event->caveat);
            BoxRequest alone;
            alone.distribute = [&](unsigned) { return std::vector{planned}; };
            alone.allow_multiplex = true;
            PlannedEvent tried = std::move(plan_boxes(sys_, root_, alone).events.front());
            planned = std::move(tried);
        }
        plan.events.push_back(std::move(planned));
    }
    return plan;
}

Result<std::unique_ptr<WorkerCounters>> CpuCollector::open(const CountingPlan& plan, int pass) {
    return open_parts(sys_, root_, parts_of(plan.events, pass));
}

} // namespace bytebound
