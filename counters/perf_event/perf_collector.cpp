#include "counters/perf_event/perf_collector.hpp"

#include <linux/perf_event.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/text.hpp"
#include "counters/names/explain.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/names/resolver.hpp"
#include "counters/names/static_events.hpp"
#include "counters/perf_event/group.hpp"
#include "counters/perf_event/packing.hpp"
#include "counters/perf_event/tree_counters.hpp"
#include "counters/perf_event/trial.hpp"
#include "counters/perf_event/user_access.hpp"
#include "counters/perf_event/worker_groups.hpp"

namespace bytebound {
namespace {

void set_uncountable(PlannedEvent& planned, Diagnosis why) {
    planned.event.reset();
    planned.pass = planned.group = -1;
    planned.reason = std::move(why.cause);
    planned.remedy = std::move(why.remedy);
    planned.no_core_pmu = why.no_core_pmu;
}

/// Adds the errno if a system call failed.
Diagnosis with_errno(Diagnosis why, int error) {
    if (error != 0) why.cause += " (" + errno_name(error) + ")";
    return why;
}

std::string names_of(const std::vector<PlannedEvent>& events, const std::vector<std::size_t>& indices) {
    std::vector<std::string> names;
    for (const std::size_t i : indices)
        names.push_back(events[i].name);
    return join(names, ", ");
}

/// "3 of 6 events do not fit together with the others: multiplexed"; `later`: number of events in later passes before
/// merging. Empty if the merged passes fit after all.
std::string note_on_later(std::size_t later, const Packing& packing) {
    std::vector<std::string> how;
    if (std::any_of(packing.slots.begin(), packing.slots.end(), [](const Slot& slot) { return slot.multiplexed; }))
        how.emplace_back("multiplexed");
    if (packing.passes > 1) how.push_back(std::to_string(packing.passes) + " passes");
    if (how.empty()) return {};
    return std::to_string(later) + " of " + std::to_string(packing.slots.size()) +
           " events do not fit together with the others: " + join(how, ", ");
}

/// The events of one group, and the positions of their values in a read of the pass.
struct GroupOfPlan {
    std::vector<Event> events;
    std::vector<std::size_t> positions;
};

std::vector<GroupOfPlan> groups_of(const CountingPlan& plan, int pass) {
    std::vector<GroupOfPlan> groups;
    std::size_t position = 0;
    for (const PlannedEvent& event : plan.events) {
        if (event.pass != pass || !event.event) continue;
        const auto group = static_cast<std::size_t>(event.group);
        if (groups.size() <= group) groups.resize(group + 1);
        groups[group].events.push_back(*event.event);
        groups[group].positions.push_back(position++);
    }
    std::erase_if(groups, [](const GroupOfPlan& group) { return group.events.empty(); });
    return groups;
}

/// Makes one plan.
class Planner {
public:
    Planner(Sys& sys, const SysRoot& root, bool may_open, const CounterRegisters* registers, const PlanRequest& request)
        : sys_(sys), root_(root), may_open_(may_open), registers_(registers), request_(request) {}
    Result<CountingPlan> make();

private:
    Result<void> resolve_all();
    Diagnosis explain(const Event& event, const Error& refused) const;
    /// Tries the event alone, first with the request for user-space reads if its PMU needs one.
    Trial try_alone(Event& event) const;
    /// Removes events that cannot be opened on a thread of this CPU; sets `starved_` for events that open but do not
    /// run.
    void probe_each();
    void distribute();
    void add_starved(int first_group);
    /// request_.together as positions in the plan, restricted to the events for which `counts` is true.
    std::vector<std::vector<std::size_t>> sets_of_together(const std::function<bool(std::size_t)>& counts) const;
    void note_separated();
    void note_user_reads();

    Sys& sys_;
    const SysRoot& root_;
    bool may_open_;
    const CounterRegisters* registers_;
    const PlanRequest& request_;
    CountingPlan plan_;
    std::vector<bool> starved_; ///< opens alone, but running < enabled
};

Result<void> Planner::resolve_all() {
    const EventResolver resolver(root_, request_.cpu);
    for (const std::string& name : request_.names) {
        auto resolution = TRY(resolver.resolve(name));
        PlannedEvent& planned = plan_.events.emplace_back();
        planned.name = name;
        if (resolution.event && !resolution.event->caveat.empty())
            plan_.notes.push_back(name + ": " + resolution.event->caveat);
        planned.event = std::move(resolution.event);
        planned.reason = std::move(resolution.unavailable);
        planned.remedy = std::move(resolution.remedy);
        planned.no_core_pmu = resolution.no_core_pmu;
    }
    return {};
}

Diagnosis Planner::explain(const Event& event, const Error& refused) const {
    if (refused.sys_errno == 0) return {refused.cause, refused.remedy};
    return with_errno(explain_open_failure(event, refused.sys_errno, root_), refused.sys_errno);
}

Trial Planner::try_alone(Event& event) const {
    if (const auto asking = registers_ != nullptr ? with_user_access(root_, event) : std::nullopt) {
        const std::vector<Event> alone[] = {{*asking}};
        Trial trial = try_groups(sys_, alone);
        if (!trial.refused) {
            event = *asking;
            return trial;
        }
    }
    const std::vector<Event> alone[] = {{event}};
    return try_groups(sys_, alone);
}

void Planner::probe_each() {
    starved_.assign(plan_.events.size(), false);
    for (std::size_t i = 0; i < plan_.events.size(); ++i) {
        PlannedEvent& planned = plan_.events[i];
        if (!planned.event) continue;
        const Event event = *planned.event;
        if (!may_open_) {
            set_uncountable(planned, {recorded_machine().cause, recorded_machine().remedy});
        } else if (event.scope == Scope::cpu) {
            set_uncountable(planned, {"PMU " + event.pmu + " counts a whole socket or domain, not a thread",
                                      "the uncore collector counts it"});
        } else if (!event.cpus.empty() && !std::binary_search(event.cpus.begin(), event.cpus.end(), request_.cpu)) {
            set_uncountable(planned, {"PMU " + event.pmu + " serves CPUs " + format_cpu_list(event.cpus) +
                                          ", the work is pinned to CPU " + std::to_string(request_.cpu),
                                      "pin to one of its CPUs (--cpus)"});
        } else {
            const Trial trial = try_alone(*planned.event);
            if (trial.refused) {
                set_uncountable(planned, explain(event, *trial.refused));
            } else if (!trial.fits()) {
                starved_[i] = true;
                if (!request_.allow_multiplex)
                    set_uncountable(planned, explain_not_running(event, trial.worst == ReadingState::never_ran, root_));
            }
        }
    }
}

std::vector<std::vector<std::size_t>> Planner::sets_of_together(const std::function<bool(std::size_t)>& counts) const {
    std::vector<std::vector<std::size_t>> sets;
    for (const auto& names : request_.together) {
        auto& set = sets.emplace_back();
        for (std::size_t i = 0; i < plan_.events.size(); ++i) {
            if (counts(i) && std::find(names.begin(), names.end(), plan_.events[i].name) != names.end())
                set.push_back(i);
        }
    }
    return sets;
}

void Planner::distribute() {
    // Plan positions of the events to pack; starved events (only with --allow-multiplex) get groups of their own.
    std::vector<std::size_t> countable;
    std::vector<Event> events;
    for (std::size_t i = 0; i < plan_.events.size(); ++i) {
        if (!plan_.events[i].event || starved_[i]) continue;
        countable.push_back(i);
        events.push_back(*plan_.events[i].event);
    }
    // The same sets as positions among `countable`.
    auto together =
        sets_of_together([&](std::size_t i) { return std::binary_search(countable.begin(), countable.end(), i); });
    for (auto& set : together) {
        for (std::size_t& i : set)
            i = static_cast<std::size_t>(std::lower_bound(countable.begin(), countable.end(), i) - countable.begin());
    }
    const auto trial = [&](const PassGroups& groups) {
        std::vector<std::vector<Event>> tried;
        for (const auto& group : groups) {
            auto& members = tried.emplace_back();
            for (const std::size_t e : group)
                members.push_back(events[e]);
        }
        return try_groups(sys_, tried);
    };
    Packing packing = pack(events, together, [&](const PassGroups& groups) { return trial(groups).fits(); });
    const auto later =
        std::count_if(packing.slots.begin(), packing.slots.end(), [](const Slot& slot) { return slot.pass > 0; });
    if (request_.allow_multiplex)
        merge_passes(events, packing, [&](const PassGroups& groups) { return !trial(groups).refused; });

    plan_.passes = packing.passes;
    int groups_in_pass_0 = 0;
    for (std::size_t e = 0; e < countable.size(); ++e) {
        PlannedEvent& planned = plan_.events[countable[e]];
        const Slot& slot = packing.slots[e];
        if (slot.pass < 0 && request_.allow_multiplex) {
            starved_[countable[e]] = true;
            continue;
        }
        if (slot.pass < 0) {
            set_uncountable(planned, {"it runs alone but not in the pass that it must share",
                                      "request fewer events, or use --allow-multiplex"});
            continue;
        }
        planned.pass = slot.pass;
        planned.group = slot.group;
        planned.multiplexed = slot.multiplexed;
        if (slot.pass == 0) groups_in_pass_0 = std::max(groups_in_pass_0, slot.group + 1);
    }
    add_starved(groups_in_pass_0);
    note_separated();
    if (later > 0) {
        if (auto note = note_on_later(static_cast<std::size_t>(later), packing); !note.empty())
            plan_.notes.push_back(std::move(note));
    }
}

/// Each starved event gets a group of its own in pass 0; the other groups of its PMU then share counters with it.
void Planner::add_starved(int first_group) {
    for (std::size_t i = 0; i < plan_.events.size(); ++i) {
        PlannedEvent& starved = plan_.events[i];
        if (!starved_[i] || !starved.event) continue;
        starved.pass = 0;
        starved.group = first_group++;
        for (PlannedEvent& other : plan_.events) {
            if (other.event && other.event->pmu == starved.event->pmu) other.multiplexed = true;
        }
    }
}

/// Notes the pairs whose events are all counted, but not in one group.
void Planner::note_separated() {
    std::vector<Slot> slots;
    for (const PlannedEvent& planned : plan_.events)
        slots.push_back({planned.pass, planned.group, planned.multiplexed});
    for (const auto& set : separated(slots, sets_of_together([&](std::size_t i) { return slots[i].pass >= 0; }))) {
        std::string note =
            names_of(plan_.events, set) + " cannot be counted in one group, so their ratio is not available";
        if (std::find(plan_.notes.begin(), plan_.notes.end(), note) == plan_.notes.end())
            plan_.notes.push_back(std::move(note));
    }
}

/// Notes which groups this thread can read without a system call; the same holds for every worker on such a CPU.
void Planner::note_user_reads() {
    if (registers_ == nullptr || !may_open_) return;
    std::vector<std::string> names;
    bool any_on_core = false;
    for (int pass = 0; pass < plan_.passes; ++pass) {
        for (const GroupOfPlan& planned : groups_of(plan_, pass)) {
            any_on_core = any_on_core || is_core_pmu(root_, planned.events.front().pmu);
            auto group = Group::open(sys_, planned.events);
            if (!group || !group->read_in_user_space(*registers_)) continue;
            for (const Event& event : planned.events)
                names.push_back(event.name);
        }
    }
    if (!names.empty()) {
        plan_.reading = "user-space reads (" + std::string(registers_->instruction()) + ") of " + join(names, ", ");
    } else if (const auto remedy = remedy_for_user_reads(root_); any_on_core && !remedy.empty()) {
        plan_.reading = "read(2); for user-space reads: " + remedy;
    }
}

Result<CountingPlan> Planner::make() {
    plan_.collector = plan_.source = "perf";
    TRY(resolve_all());
    probe_each();
    distribute();
    note_user_reads();
    return std::move(plan_);
}

} // namespace

Capability PerfCollector::capability() const {
    if (!may_open_) return recorded_machine();
    Event probe;
    probe.name = "task-clock";
    probe.pmu = "software";
    probe.type = PERF_TYPE_SOFTWARE;
    probe.config = PERF_COUNT_SW_TASK_CLOCK;
    if (auto group = Group::open(sys_, std::span(&probe, 1)); !group) {
        const auto why =
            with_errno(explain_open_failure(probe, group.error().sys_errno, root_), group.error().sys_errno);
        return Capability::no(why.cause, why.remedy);
    }
    for (const std::string& pmu : pmu_names(root_)) {
        if (is_core_pmu(root_, pmu)) return Capability::yes("core PMU " + pmu + " and software events");
    }
    return Capability::yes("software events only; " + explain_no_core_pmu(root_, 0).cause);
}

Result<CountingPlan> PerfCollector::plan(const PlanRequest& request) {
    return Planner(sys_, root_, may_open_, registers_, request).make();
}

Result<std::unique_ptr<WorkerCounters>> PerfCollector::open_on(const CountingPlan& plan, int pass, pid_t thread) {
    if (!may_open_) {
        return fail(
            {ExitCode::not_possible, "open counters", {}, recorded_machine().cause, "run on the machine itself", 0});
    }
    std::vector<Group> groups;
    std::vector<std::vector<std::size_t>> positions;
    for (GroupOfPlan& group : groups_of(plan, pass)) {
        auto opened = Group::open(sys_, group.events, -1, thread);
        if (!opened) {
            Error error = opened.error();
            const auto named = [&](const Event& e) { return e.name == error.object; };
            const auto failed = std::find_if(group.events.begin(), group.events.end(), named);
            if (failed != group.events.end()) {
                Diagnosis why = explain_open_failure(*failed, error.sys_errno, root_);
                error.cause = std::move(why.cause);
                error.remedy = std::move(why.remedy);
            }
            return fail(std::move(error));
        }
        if (registers_ != nullptr && thread == 0) opened->read_in_user_space(*registers_);
        groups.push_back(std::move(*opened));
        positions.push_back(std::move(group.positions));
    }
    return std::make_unique<WorkerGroups>(std::move(groups), std::move(positions));
}

Result<std::unique_ptr<WorkerCounters>> PerfCollector::open_tree(const CountingPlan& plan, pid_t process) {
    return TreeCounters::open(sys_, plan, process);
}

} // namespace bytebound
