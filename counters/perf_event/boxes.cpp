#include "counters/perf_event/boxes.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "base/text.hpp"
#include "counters/busy_work.hpp"
#include "counters/names/explain.hpp"
#include "counters/perf_event/worker_groups.hpp"

namespace bytebound {
namespace {

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

/// Group names the event and the CPU.
bool is_object_of(const Error& error, const EventPart& part) {
    return error.object == part.event.name + " on CPU " + std::to_string(part.cpu);
}

int passes_of(const std::vector<PlannedEvent>& events) {
    int passes = 1;
    for (const PlannedEvent& event : events)
        passes = std::max(passes, event.pass + 1);
    return passes;
}

/// The most counters that one box would have to run at once.
unsigned most_of(const std::vector<PlannedEvent>& events) {
    unsigned most = 0;
    UsedCounters used;
    for (const PlannedEvent& event : events)
        for (const EventPart& part : event.parts)
            most = std::max(most, ++used[{part.event.pmu, part.cpu}]);
    return most;
}

/// Outcome of the trial of one pass.
struct BoxTrial {
    std::optional<Diagnosis> refused;
    ReadingState worst = ReadingState::counted;
    std::optional<EventPart> starved; ///< a part whose counter did not run the whole time
};

class BoxPlanner {
public:
    BoxPlanner(Sys& sys, const SysRoot& root, const BoxRequest& request) : sys_(sys), root_(root), request_(request) {}

    CountingPlan make() {
        CountingPlan plan;
        BoxTrial trial;
        const unsigned most = most_of(request_.distribute(std::numeric_limits<unsigned>::max()));
        for (unsigned limit = most; limit > 0; --limit) {
            plan.events = request_.distribute(limit);
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
            BoxTrial trial = try_pass(parts_of(events, pass), parts_of(request_.beside, pass));
            if (trial.refused) return trial;
            if (trial.worst > worst.worst) worst = std::move(trial);
        }
        return worst;
    }

    BoxTrial try_pass(const std::vector<EventPart>& parts, const std::vector<EventPart>& beside) {
        BoxTrial trial;
        // Only there to occupy their counters; if they cannot be opened, that is found where they are planned.
        const auto others = open_boxes(sys_, beside);
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
        const auto failed =
            std::find_if(parts.begin(), parts.end(), [&](const EventPart& part) { return is_object_of(error, part); });
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
    const BoxRequest& request_;
    bool group_too_large_ = false; ///< the last refusal may be avoidable with fewer events per box
};

} // namespace

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

Result<std::unique_ptr<WorkerCounters>> open_parts(Sys& sys, const SysRoot& root, const std::vector<EventPart>& parts) {
    auto open = open_boxes(sys, parts);
    if (open) return std::make_unique<WorkerGroups>(std::move(open->groups), std::move(open->positions));
    Error error = open.error();
    const auto failed =
        std::find_if(parts.begin(), parts.end(), [&](const EventPart& part) { return is_object_of(error, part); });
    if (failed != parts.end()) {
        Diagnosis why = explain_open_failure(failed->event, error.sys_errno, root);
        error.cause = std::move(why.cause);
        error.remedy = std::move(why.remedy);
    }
    return fail(std::move(error));
}

std::vector<EventPart> parts_of(const std::vector<PlannedEvent>& events, int pass) {
    std::vector<EventPart> parts;
    for (const PlannedEvent& event : events)
        if (event.pass == pass) parts.insert(parts.end(), event.parts.begin(), event.parts.end());
    return parts;
}

CountingPlan plan_boxes(Sys& sys, const SysRoot& root, const BoxRequest& request) {
    return BoxPlanner(sys, root, request).make();
}

} // namespace bytebound
