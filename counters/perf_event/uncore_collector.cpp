#include "counters/perf_event/uncore_collector.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "counters/busy_work.hpp"
#include "counters/names/explain.hpp"
#include "counters/perf_event/group.hpp"
#include "counters/perf_event/worker_groups.hpp"

namespace bytebound {
namespace {

/// A box: one PMU instance on one CPU of its cpumask.
using Box = std::pair<std::string, int>;
/// Positions in a list of counters, box by box.
using Boxes = std::map<Box, std::vector<std::size_t>>;

/// Some drivers accept one hardware event per group (arm_dmc620_pmu.c: "We can't atomically disable all HW counters so
/// only one event allowed, unless software events"). Their boxes are read event by event.
Result<std::vector<Group>> open_box(Sys& sys, const std::vector<Event>& events, int cpu) {
    std::vector<Group> groups;
    auto whole = Group::open(sys, events, cpu);
    if (whole) {
        groups.push_back(std::move(*whole));
        return groups;
    }
    if (whole.error().sys_errno != EINVAL || events.size() == 1) return fail(whole.error());
    for (const Event& event : events) {
        auto single = TRY(Group::open(sys, std::span(&event, 1), cpu));
        groups.push_back(std::move(single));
    }
    return groups;
}

/// The open counters of one pass, values in the order of `parts`.
struct OpenBoxes {
    std::vector<Group> groups;
    std::vector<std::vector<std::size_t>> positions;
};

Result<OpenBoxes> open_boxes(Sys& sys, const std::vector<EventPart>& parts) {
    Boxes boxes;
    for (std::size_t i = 0; i < parts.size(); ++i)
        boxes[{parts[i].event.pmu, parts[i].cpu}].push_back(i);
    OpenBoxes open;
    for (const auto& [box, positions] : boxes) {
        std::vector<Event> events;
        for (const std::size_t i : positions)
            events.push_back(parts[i].event);
        auto groups = TRY(open_box(sys, events, box.second));
        if (groups.size() == 1) {
            open.positions.push_back(positions);
        } else {
            for (const std::size_t i : positions)
                open.positions.push_back({i});
        }
        for (Group& group : groups)
            open.groups.push_back(std::move(group));
    }
    return open;
}

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
std::vector<PlannedEvent> distribute(const std::vector<MemoryCounter>& counters, unsigned counters_at_most) {
    std::vector<std::size_t> order(counters.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return counters[a].memory < counters[b].memory; });
    std::map<Box, unsigned> used;
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
        event.parts = std::move(parts);
    }
    return planned;
}

std::vector<EventPart> parts_of(const std::vector<PlannedEvent>& events, int pass) {
    std::vector<EventPart> parts;
    for (const PlannedEvent& event : events)
        if (event.pass == pass) parts.insert(parts.end(), event.parts.begin(), event.parts.end());
    return parts;
}

int passes_of(const std::vector<PlannedEvent>& events) {
    int passes = 1;
    for (const PlannedEvent& event : events)
        passes = std::max(passes, event.pass + 1);
    return passes;
}

/// Outcome of the trial of one pass.
struct BoxTrial {
    std::optional<Diagnosis> refused;
    ReadingState worst = ReadingState::counted;
    std::optional<EventPart> starved; ///< a part whose counter did not run the whole time
};

class UncorePlanner {
public:
    UncorePlanner(Sys& sys, const SysRoot& root, const PlanRequest& request)
        : sys_(sys), root_(root), request_(request) {}

    CountingPlan make() {
        CountingPlan plan;
        plan.collector = plan.source = "uncore";
        unsigned most = 0; // the most counters that one box must run at once
        std::map<Box, unsigned> wanted;
        for (const MemoryCounter& counter : request_.memory)
            most = std::max(most, ++wanted[{counter.event.pmu, counter.cpu}]);
        BoxTrial trial;
        // A box may have fewer free counters than its data sheet lists, because other users or the firmware occupy
        // some.
        for (unsigned limit = most; limit > 0; --limit) {
            plan.events = distribute(request_.memory, limit);
            plan.passes = passes_of(plan.events);
            trial = try_passes(plan.events, plan.passes);
            if (!trial.refused && trial.worst == ReadingState::counted) break;
            if (trial.refused && !group_too_large_) break;
        }
        if (trial.refused) return refuse(std::move(plan), *trial.refused);
        if (trial.worst != ReadingState::counted) {
            if (!request_.allow_multiplex || trial.worst == ReadingState::never_ran)
                return refuse(std::move(plan),
                              explain_not_running(trial.starved->event, trial.worst == ReadingState::never_ran, root_));
            for (PlannedEvent& event : plan.events)
                event.multiplexed = true;
        }
        if (plan.passes > 1)
            plan.notes.push_back("the memory controllers have fewer counters than events: " +
                                 std::to_string(plan.passes) + " passes over the same trace");
        return plan;
    }

private:
    BoxTrial try_passes(const std::vector<PlannedEvent>& events, int passes) {
        BoxTrial worst;
        for (int pass = 0; pass < passes; ++pass) {
            BoxTrial trial = try_pass(parts_of(events, pass));
            if (trial.refused) return trial;
            if (trial.worst > worst.worst) worst = std::move(trial);
        }
        return worst;
    }

    BoxTrial try_pass(const std::vector<EventPart>& parts) {
        BoxTrial trial;
        auto open = open_boxes(sys_, parts);
        if (!open) {
            trial.refused = explain(open.error(), parts);
            return trial;
        }
        work_for_a_trial();
        for (std::size_t g = 0; g < open->groups.size(); ++g) {
            Group& group = open->groups[g];
            if (!group.refresh()) {
                trial.refused = {group.last_error().cause, group.last_error().remedy};
                return trial;
            }
            const CounterValue value = group.value(0);
            const ReadingState state = state_of(value.enabled_ns, value.running_ns);
            if (state <= trial.worst) continue;
            trial.worst = state;
            trial.starved = parts[open->positions[g].front()];
        }
        return trial;
    }

    Diagnosis explain(const Error& error, const std::vector<EventPart>& parts) {
        group_too_large_ = error.sys_errno == EINVAL;
        const auto failed = std::find_if(parts.begin(), parts.end(),
                                         [&](const EventPart& part) { return part.event.name == error.object; });
        if (failed == parts.end()) return {error.cause, error.remedy};
        Diagnosis why = explain_open_failure(failed->event, error.sys_errno, root_);
        why.cause += " (" + errno_name(error.sys_errno) + " of " + failed->event.pmu + " on CPU " +
                     std::to_string(failed->cpu) + ")";
        return why;
    }

    static CountingPlan refuse(CountingPlan plan, const Diagnosis& why) {
        plan.passes = 1;
        plan.notes.clear();
        for (PlannedEvent& event : plan.events) {
            event.event.reset();
            event.parts.clear();
            event.pass = event.group = -1;
            event.reason = why.cause;
            event.remedy = why.remedy;
        }
        return plan;
    }

    Sys& sys_;
    const SysRoot& root_;
    const PlanRequest& request_;
    bool group_too_large_ = false; ///< the last refusal may be avoidable with fewer events per box
};

} // namespace

Capability UncoreCollector::capability() const {
    if (!may_open_) return recorded_machine();
    return Capability::yes("memory controllers through perf_event_open(2)");
}

Result<CountingPlan> UncoreCollector::plan(const PlanRequest& request) {
    if (!may_open_ || request.memory.empty()) {
        CountingPlan nothing;
        nothing.collector = nothing.source = "uncore";
        return nothing;
    }
    return UncorePlanner(sys_, root_, request).make();
}

Result<std::unique_ptr<WorkerCounters>> UncoreCollector::open(const CountingPlan& plan, int pass) {
    const std::vector<EventPart> parts = parts_of(plan.events, pass);
    auto open = open_boxes(sys_, parts);
    if (!open) {
        Error error = open.error();
        const auto failed = std::find_if(parts.begin(), parts.end(),
                                         [&](const EventPart& part) { return part.event.name == error.object; });
        if (failed != parts.end()) {
            Diagnosis why = explain_open_failure(failed->event, error.sys_errno, root_);
            error.cause = std::move(why.cause);
            error.remedy = std::move(why.remedy);
        }
        return fail(std::move(error));
    }
    return std::make_unique<WorkerGroups>(std::move(open->groups), std::move(open->positions));
}

} // namespace bytebound
