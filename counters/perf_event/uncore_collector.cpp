#include "counters/perf_event/uncore_collector.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "counters/names/box_events.hpp"
#include "counters/perf_event/boxes.hpp"

namespace bytebound {
namespace {

std::string event_name(MemoryClass memory, Direction direction, int pass) {
    std::string name = std::string(name_of(memory)) + "-" + std::string(name_of(direction));
    return pass == 0 ? name : name + "-" + std::to_string(pass + 1);
}

std::string_view metric_of(Direction direction) {
    switch (direction) {
    case Direction::read: return "dram_read_bytes";
    case Direction::write: return "dram_write_bytes";
    case Direction::combined: break;
    }
    return "dram_bytes";
}

/// The memory class that the DRAM metrics refer to on this machine.
MemoryClass main_memory(const std::vector<MemoryCounter>& counters) {
    const bool ddr = std::any_of(counters.begin(), counters.end(),
                                 [](const MemoryCounter& c) { return c.memory == MemoryClass::ddr; });
    return ddr ? MemoryClass::ddr : MemoryClass::hbm;
}

/// Groups events by class, direction and pass. A box's counters are assigned to passes in the preset's order, DDR
/// first. Boxes of one kind have the same events, so all parts of an event share a pass.
std::vector<PlannedEvent> distribute_memory(const std::vector<MemoryCounter>& counters, unsigned counters_at_most) {
    std::vector<std::size_t> order(counters.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return counters[a].memory < counters[b].memory; });
    UsedCounters used;
    std::map<std::tuple<int, MemoryClass, Direction>, std::vector<EventPart>> events;
    for (const std::size_t i : order) {
        const MemoryCounter& counter = counters[i];
        unsigned limit = counter.counters_per_box == 0 ? counters_at_most : counter.counters_per_box;
        limit = std::max(1u, std::min(limit, counters_at_most));
        const int pass = static_cast<int>(used[{counter.event.pmu, counter.cpu}]++ / limit);
        events[{pass, counter.memory, counter.direction}].push_back(
            {counter.event, counter.cpu, counter.bytes_per_count});
    }
    const MemoryClass main = main_memory(counters);
    std::vector<PlannedEvent> planned;
    for (auto& [key, parts] : events) {
        const auto& [pass, memory, direction] = key;
        PlannedEvent& event = planned.emplace_back();
        event.name = event_name(memory, direction, pass);
        event.event = parts.front().event;
        event.pass = pass;
        event.group = 0;
        event.unit = "bytes";
        event.sharing = Sharing::socket;
        if (memory == main) event.role = metric_of(direction);
        event.traffic = {memory, direction};
        event.parts = std::move(parts);
    }
    return planned;
}

BoxRequest memory_request(const PlanRequest& request) {
    BoxRequest boxes;
    boxes.distribute = [&](unsigned at_most) { return distribute_memory(request.memory, at_most); };
    boxes.allow_multiplex = request.allow_multiplex;
    return boxes;
}

/// An event of the user's as the sum over the boxes that its name matches, on every CPU of their cpumasks.
PlannedEvent sum_over_boxes(const std::string& name, const Resolution& resolution) {
    PlannedEvent planned;
    planned.name = name;
    planned.event = resolution.event;
    planned.sharing = Sharing::socket;
    planned.group = 0;
    const std::vector<Event> alone = {*resolution.event};
    for (Event box : resolution.boxes.empty() ? alone : resolution.boxes) {
        box.name = box.pmu + name.substr(std::min(name.find('/'), name.size())); // errors name the box
        for (const int cpu : box.cpus)
            planned.parts.push_back({box, cpu, 1});
    }
    return planned;
}

/// All boxes of an event count in one pass: the first in which each has a free counter.
std::vector<PlannedEvent> distribute_names(std::vector<PlannedEvent> events, unsigned at_most) {
    std::map<int, UsedCounters> used; // by pass
    for (PlannedEvent& event : events) {
        const auto full = [&](const EventPart& part) {
            return used[event.pass][{part.event.pmu, part.cpu}] >= at_most;
        };
        event.pass = 0;
        while (std::any_of(event.parts.begin(), event.parts.end(), full))
            ++event.pass;
        for (const EventPart& part : event.parts)
            ++used[event.pass][{part.event.pmu, part.cpu}];
    }
    return events;
}

/// The events among the user's names that are counted at boxes; the others are left to other collectors.
CountingPlan plan_names(Sys& sys, const SysRoot& root, const PlanRequest& request) {
    std::vector<PlannedEvent> events;
    CountingPlan uncounted;
    for (const auto& [name, resolution] : box_events(EventResolver(root, request.cpu), request.names)) {
        PlannedEvent planned = sum_over_boxes(name, resolution);
        if (!resolution.event->caveat.empty()) uncounted.notes.push_back(name + ": " + resolution.event->caveat);
        if (!planned.parts.empty()) {
            events.push_back(std::move(planned));
            continue;
        }
        planned.reason = "PMU " + planned.event->pmu + " has no cpumask, so the CPUs to count it on are not known";
        planned.event.reset();
        uncounted.events.push_back(std::move(planned));
    }
    BoxRequest boxes;
    boxes.distribute = [&](unsigned at_most) { return distribute_names(events, at_most); };
    boxes.beside = request.beside;
    boxes.allow_multiplex = request.allow_multiplex;
    CountingPlan plan = events.empty() ? CountingPlan{} : plan_boxes(sys, root, boxes);
    for (PlannedEvent& event : uncounted.events)
        plan.events.push_back(std::move(event));
    plan.notes.insert(plan.notes.end(), uncounted.notes.begin(), uncounted.notes.end());
    return plan;
}

} // namespace

Capability UncoreCollector::capability() const {
    if (!may_open_) return recorded_machine();
    return Capability::yes("memory controllers through perf_event_open(2)");
}

Result<CountingPlan> UncoreCollector::plan(const PlanRequest& request) {
    CountingPlan plan;
    if (may_open_ && !request.names.empty())
        plan = plan_names(sys_, root_, request);
    else if (may_open_ && !request.memory.empty())
        plan = plan_boxes(sys_, root_, memory_request(request));
    plan.collector = plan.source = "uncore";
    return plan;
}

Result<std::unique_ptr<WorkerCounters>> UncoreCollector::open_on(const CountingPlan& plan, int pass, pid_t) {
    return open_parts(sys_, root_, parts_of(plan.events, pass));
}

} // namespace bytebound
