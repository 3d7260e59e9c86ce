#include "library/event_set.hpp"

#include <linux/perf_event.h>
#include <sched.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "counters/names/box_events.hpp"
#include "counters/names/event_name.hpp"
#include "counters/names/resolver.hpp"
#include "counters/registry.hpp"

namespace bytebound {
namespace {

Failure wrong_names(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "open events", std::move(object), std::move(cause), std::move(remedy), 0});
}

/// Times of clocks are in ns, for which sysfs has no file.
std::string unit_of(const PlannedEvent& planned) {
    const Event& event = *planned.event;
    const bool clock =
        event.is_software() && (event.config == PERF_COUNT_SW_CPU_CLOCK || event.config == PERF_COUNT_SW_TASK_CLOCK);
    return clock ? "ns" : event.unit;
}

/// Sample of a failed read. No counter has run for so long.
constexpr CounterValue unread{0, 0, UINT64_MAX};

Reading difference_of_read(const CounterValue& before, const CounterValue& after) noexcept {
    if (before == unread || after == unread) return {0, 0, 0, ReadingState::read_failed};
    return difference(before, after);
}

constexpr std::string_view too_many = "it does not fit into the counters beside the events before it";

/// What the plan says about an event that is counted in the set's only pass.
void fill(SetEvent& event, const PlannedEvent& planned, const CountingPlan& plan, std::size_t first) {
    event.open = true;
    event.first = first;
    event.parts = std::max<std::size_t>(planned.parts.size(), 1);
    event.unit = unit_of(planned);
    event.unit_scale = planned.event->scale;
    event.domain = name_of(planned.event->domain);
    event.caveat = planned.event->caveat;
    event.source = plan.source;
    event.shared = planned.sharing != Sharing::per_thread;
    event.multiplexed = planned.multiplexed;
    event.reason.clear();
    event.remedy.clear();
}

} // namespace

SetEvent* EventSet::event_written(std::string_view name) {
    const auto at = std::find(written_.begin(), written_.end(), name);
    return at == written_.end() ? nullptr : &events_[static_cast<std::size_t>(at - written_.begin())];
}

Result<void> EventSet::take(std::unique_ptr<Collector> collector, const PlanRequest& request) {
    const CountingPlan plan = TRY(collector->plan(request));
    std::size_t next = samples_;
    for (const PlannedEvent& planned : plan.events) {
        SetEvent* event = event_written(planned.name);
        if (event == nullptr) continue;
        if (planned.event && planned.pass == 0) {
            fill(*event, planned, plan, next);
            next += event->parts;
        } else if (planned.event) {
            event->reason = too_many;
            event->remedy = "open it in a set of its own, or allow multiplexing";
        } else {
            event->reason = planned.reason;
            event->remedy = planned.remedy;
        }
    }
    if (next == samples_) return {};
    auto counters = TRY(collector->open(plan, 0));
    sources_.push_back({std::move(collector), std::move(counters), samples_});
    samples_ = next;
    return {};
}

/// Events that are counted at boxes, which perf leaves to the collector of boxes.
Result<void> EventSet::take_boxes(std::unique_ptr<Collector> collector, const PlanRequest& request,
                                  const SysRoot& root) {
    PlanRequest boxes{{}, request.allow_multiplex, request.cpu};
    for (BoxEvent& event : box_events(EventResolver(root, request.cpu), request.names))
        boxes.names.push_back(std::move(event.name));
    if (boxes.names.empty()) return {};
    return take(std::move(collector), boxes);
}

Result<EventSet> EventSet::open(std::string_view names, bool allow_multiplex, Sys& sys, const SysRoot& root) {
    EventSet set;
    set.written_ = split_event_names(names);
    if (set.written_.empty()) return wrong_names("''", "it lists no event", "list names, separated by commas");
    PlanRequest request{{}, allow_multiplex, std::max(::sched_getcpu(), 0)};
    for (const std::string& name : set.written_) {
        if (!name.empty() && std::count(set.written_.begin(), set.written_.end(), name) > 1)
            return wrong_names(name, "it is listed twice", "list it once");
        SetEvent& event = set.events_.emplace_back();
        event.name = name;
        if (const CollectorEntry* owner = owner_of(collectors(), name)) {
            event.reason =
                "only collector " + std::string(owner->name) + " counts it, which this library does not include";
            event.remedy = "use bytebound run --collector " + std::string(owner->word);
            continue;
        }
        const EventName parsed = TRY(parse_event_name(name));
        if (!parsed.label.empty()) event.name = parsed.label;
        request.names.push_back(name);
    }
    const auto collector = [&](std::string_view name) { return find_collector(collectors(), name)->make(sys, root); };
    TRY(set.take(collector(collector_name::perf), request));
    TRY(set.take_boxes(collector(collector_name::uncore), request, root));
    return set;
}

bool EventSet::read(std::span<CounterValue> out) noexcept {
    failed_ = SIZE_MAX;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const Source& source = sources_[i];
        if (source.counters->read(out.subspan(source.first, source.counters->size()))) continue;
        failed_ = i;
        std::fill(out.begin(), out.end(), unread);
        return false;
    }
    return true;
}

std::optional<Error> EventSet::read_error() const {
    if (failed_ >= sources_.size()) return {};
    return sources_[failed_].counters->last_error();
}

Reading EventSet::reading(std::size_t index, std::span<const CounterValue> before,
                          std::span<const CounterValue> after) const noexcept {
    const SetEvent& event = events_[index];
    if (!event.open) return {};
    Reading total = difference_of_read(before[event.first], after[event.first]);
    for (std::size_t part = 1; part < event.parts; ++part)
        total = sum(total, difference_of_read(before[event.first + part], after[event.first + part]));
    return total;
}

} // namespace bytebound
