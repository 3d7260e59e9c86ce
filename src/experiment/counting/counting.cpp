#include "experiment/counting/counting_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "counters/names/box_events.hpp"
#include "doctor/diagnosis.hpp"
#include "experiment/counting/os_collector.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

std::string hexadecimal(std::uint64_t value) { return fmt::format("{:#x}", value); }

std::string_view name_of(Sharing sharing) {
    switch (sharing) {
    case Sharing::per_thread: return "thread";
    case Sharing::group: return "group";
    case Sharing::socket: return "socket";
    }
    return {};
}

EventPartRecord part_record(const EventPart& part) {
    const Event& event = part.event;
    return {event.pmu,
            hexadecimal(event.type),
            hexadecimal(event.config),
            hexadecimal(event.config1),
            hexadecimal(event.config2),
            part.cpu,
            part.weight};
}

EventRecord* record_named(Counting& counting, const std::string& name) {
    for (EventRecord& record : counting.events)
        if (record.name == name) return &record;
    return nullptr;
}

/// Names that are not counted yet and that this collector may accept.
std::vector<std::string> names_left(const Counting& counting, std::span<const CollectorEntry> table,
                                    const CollectorEntry* entry) {
    std::vector<std::string> names;
    for (const EventRecord& record : counting.events) {
        const CollectorEntry* owner = owner_of(table, record.name);
        if (record.pass < 0 && (owner == nullptr || owner == entry)) names.push_back(record.name);
    }
    return names;
}

/// Numerators and denominators of ratios, such as cycles / instructions and LLC misses / instructions.
std::vector<std::vector<std::string>> ratio_groups(const Counting& counting) {
    std::vector<std::string> group;
    for (const EventRecord& record : counting.events)
        if (is_divided_with_another_event(record.role)) group.push_back(record.name);
    if (group.size() < 2) return {};
    return {group};
}

/// A plan is made on the leader's CPU, but opened on every worker's CPU. A hybrid core PMU counts only on its own CPUs.
void leave_out_foreign_pmus(CountingPlan& plan, const std::vector<int>& workers) {
    const auto counts_on = [](const Event& event, int cpu) {
        return event.scope != Scope::thread || event.cpus.empty() ||
               std::find(event.cpus.begin(), event.cpus.end(), cpu) != event.cpus.end();
    };
    plan.passes = 1;
    for (PlannedEvent& planned : plan.events) {
        const bool everywhere = !planned.event || std::all_of(workers.begin(), workers.end(),
                                                              [&](int cpu) { return counts_on(*planned.event, cpu); });
        if (!everywhere && planned.pass >= 0) {
            planned.reason = fmt::format("PMU {} serves CPUs {}: workers on CPUs of two core PMUs", planned.event->pmu,
                                         format_cpu_list(planned.event->cpus));
            planned.remedy = "pin to one kind with --cpus";
            planned.event.reset();
            planned.pass = planned.group = -1;
        }
        plan.passes = std::max(plan.passes, planned.pass + 1);
    }
}

/// Doctor's reason for a machine without a core PMU; the collector only sees its own files.
void take_doctors_cause(CountingPlan& plan, Sys& sys, const SysRoot& root) {
    const auto lacks = [](const PlannedEvent& planned) { return planned.no_core_pmu; };
    if (std::none_of(plan.events.begin(), plan.events.end(), lacks)) return;
    const SourceDiagnosis found = diagnose_core_pmu(&sys, root);
    if (found.state != SourceState::unavailable) return;
    for (PlannedEvent& planned : plan.events) {
        if (!planned.no_core_pmu) continue;
        planned.reason = found.cause;
        planned.remedy = found.remedy;
    }
}

/// Lets one collector plan names. Returns the number of names it counts.
Result<std::size_t> take(Counting& counting, std::unique_ptr<Collector> collector, const PlanRequest& plan,
                         const Placement& placement, Sys& sys, const SysRoot& root) {
    auto agreed = collector->plan(plan);
    if (!agreed) return fail(agreed.error());
    leave_out_foreign_pmus(*agreed, placement.cpus);
    take_doctors_cause(*agreed, sys, root);
    std::size_t taken = 0;
    for (const PlannedEvent& planned : agreed->events) {
        EventRecord* record = record_named(counting, planned.name);
        if (record == nullptr) continue;
        // Keep the first collector's reason, which concerns the user's first choice.
        if (planned.pass < 0 && !record->reason.empty()) continue;
        fill_event_record(*record, planned, *agreed);
        if (planned.pass >= 0) ++taken;
    }
    for (const std::string& note : agreed->notes)
        counting.warnings.push_back(warnings::counting_note(note));
    if (taken == 0) return taken;
    counting.passes = std::max(counting.passes, agreed->passes);
    counting.sources.push_back({std::move(collector), std::move(*agreed)});
    return taken;
}

PlanRequest plan_request(const Counting& counting, const CountingRequest& request, std::vector<std::string> names) {
    return {std::move(names), request.options.allow_multiplex, request.placement.cpus.at(0), ratio_groups(counting)};
}

Result<void> ask_collector(Counting& counting, const std::string& name, const CountingRequest& request, Sys& sys,
                           const SysRoot& root, std::span<const CollectorEntry> table) {
    const CollectorEntry* entry = find_collector(table, name);
    std::unique_ptr<Collector> collector;
    if (entry != nullptr && entry->make != nullptr) collector = entry->make(sys, root);
    Capability capability =
        collector ? collector->capability() : Capability::no("this build does not have it", "give --collector auto");
    if (!capability.available && collector && name == collector_name::perf && root.is_live()) {
        SourceDiagnosis found = diagnose_core_pmu(&sys, root);
        if (found.state == SourceState::unavailable)
            capability = Capability::no(std::move(found.cause), std::move(found.remedy));
    }
    if (!capability.available) {
        if (!request.collectors.automatic) return cannot_count_with(name, capability);
        counting.collectors.push_back({name, false, capability.cause, capability.remedy});
        for (EventRecord& record : counting.events)
            if (record.pass < 0 && record.reason.empty()) {
                record.reason = capability.cause;
                record.remedy = capability.remedy;
            }
        return {};
    }
    const std::vector<std::string> names = names_left(counting, table, entry);
    auto taken =
        TRY(take(counting, std::move(collector), plan_request(counting, request, names), request.placement, sys, root));
    if (taken == 0 && !request.collectors.automatic && !names.empty()) {
        const EventRecord& first = *record_named(counting, names[0]);
        return cannot_count_with(
            name, Capability::no(fmt::format("it can open none of the events; {}: {}", first.name, first.reason),
                                 first.remedy));
    }
    std::string supplies = "it can open none of the events";
    if (taken > 0) {
        const std::string& reading = counting.sources.back().plan.reading;
        supplies = fmt::format("counts {} of {} events{}", taken, names.size(), reading.empty() ? "" : "; " + reading);
    }
    counting.collectors.push_back({name, taken > 0, std::move(supplies), {}});
    return {};
}

/// The user's events at boxes, which belong to perf_event but not to a thread. The collector of DRAM traffic counts
/// them, beside the counters that it has already planned.
Result<void> ask_boxes(Counting& counting, const CountingRequest& request, const DramChoice& dram, Sys& sys,
                       const SysRoot& root, std::span<const CollectorEntry> table) {
    const CollectorEntry* entry = find_collector(table, collector_name::uncore);
    if (entry == nullptr || entry->make == nullptr) return {};
    std::unique_ptr<Collector> collector = entry->make(sys, root);
    if (!collector->capability().available) return {};
    PlanRequest plan{{}, request.options.allow_multiplex, request.placement.cpus.at(0)};
    for (BoxEvent& event : box_events(EventResolver(root, plan.cpu), names_left(counting, table, entry)))
        plan.names.push_back(std::move(event.name));
    if (plan.names.empty()) return {};
    for (const PlannedCollector& source : dram.sources)
        if (source.plan.collector == collector_name::uncore) plan.beside = source.plan.events;
    const std::size_t taken = TRY(take(counting, std::move(collector), plan, request.placement, sys, root));
    if (taken == 0) return {};
    const std::string supplies = fmt::format("counts {} of --events at boxes", taken);
    const auto known = std::find_if(counting.collectors.begin(), counting.collectors.end(),
                                    [](const CollectorRecord& each) { return each.name == collector_name::uncore; });
    if (known == counting.collectors.end())
        counting.collectors.push_back({std::string(collector_name::uncore), true, supplies, {}});
    else
        *known = {known->name, true, supplies + (known->used ? "; " : "; no DRAM bytes: ") + known->cause, {}};
    return {};
}

/// Counts events that perf refused but the operating system keeps anyway.
Result<void> ask_os(Counting& counting, const CountingRequest& request, Sys& sys, const SysRoot& root) {
    std::vector<EventRecord> refused = counting.events;
    std::vector<std::string> names;
    for (const EventRecord& record : refused)
        if (record.pass < 0 && !record.role.empty()) names.push_back(record.name);
    if (names.empty()) return {};
    for (const std::string& name : names)
        record_named(counting, name)->reason.clear();
    auto taken = TRY(
        take(counting, make_os_collector(sys), plan_request(counting, request, names), request.placement, sys, root));
    for (std::size_t i = 0; i < refused.size(); ++i) {
        EventRecord& record = counting.events[i];
        if (refused[i].pass >= 0 || refused[i].role.empty()) continue;
        if (record.pass >= 0) {
            counting.warnings.push_back(warnings::os_fallback(record.name, refused[i].reason));
            record.reason.clear();
        } else if (!refused[i].reason.empty()) {
            record.reason = refused[i].reason;
            record.remedy = refused[i].remedy;
        }
    }
    if (taken > 0)
        counting.collectors.push_back(
            {std::string(source_name::os), true, fmt::format("getrusage and /proc supply {} events", taken), {}});
    return {};
}

bool supplies_dram(std::span<const CollectorEntry> table, std::string_view name) {
    const CollectorEntry* entry = find_collector(table, name);
    return entry != nullptr && entry->supplies == Supplies::dram;
}

void add_dram(Counting& counting, std::vector<PlannedCollector> sources) {
    for (PlannedCollector& source : sources) {
        for (const PlannedEvent& planned : source.plan.events) {
            EventRecord record;
            record.name = planned.name;
            fill_event_record(record, planned, source.plan);
            counting.events.push_back(std::move(record));
        }
        counting.passes = std::max(counting.passes, source.plan.passes);
        counting.sources.push_back(std::move(source));
    }
}

/// Shows events under the names of their terms name=. Until here their records have the names that resolve.
void take_labels(Counting& counting, const CountingRequest& request) {
    for (const EventRequest& wanted : request.events) {
        if (wanted.label.empty()) continue;
        for (PlannedCollector& source : counting.sources)
            for (PlannedEvent& planned : source.plan.events)
                if (planned.name == wanted.name) planned.name = wanted.label;
        EventRecord& record = *record_named(counting, wanted.name);
        record.origin += (record.origin.empty() ? "" : "; ") + ("written " + wanted.name);
        record.name = wanted.label;
    }
}

} // namespace

Failure cannot_count_with(const std::string& collector, const Capability& capability) {
    return fail({ExitCode::not_possible, "count with", "--collector " + collector, capability.cause,
                 capability.remedy.empty() ? "give --collector auto" : capability.remedy});
}

void fill_event_record(EventRecord& record, const PlannedEvent& planned, const CountingPlan& plan) {
    record.reason = planned.reason;
    record.remedy = planned.remedy;
    if (!planned.event) return;
    const Event& event = *planned.event;
    record.pmu = event.pmu;
    record.domain = name_of(event.domain);
    record.origin = event.origin;
    record.unit = planned.unit.empty() ? event.unit : planned.unit;
    record.scale = event.scale;
    record.sharing = name_of(planned.sharing);
    for (const EventPart& part : planned.parts)
        record.parts.push_back(part_record(part));
    if (record.role.empty()) record.role = planned.role;
    if (event.pmu != source_name::os && event.pmu != source_name::papi) {
        record.type = hexadecimal(event.type);
        record.config = hexadecimal(event.config);
        record.config1 = hexadecimal(event.config1);
        record.config2 = hexadecimal(event.config2);
    }
    record.pass = planned.pass;
    record.group = planned.group;
    record.multiplexed = planned.multiplexed;
    if (planned.pass >= 0 && record.source.empty()) record.source = plan.source;
}

std::vector<CounterSlot> Counting::slots_of(int pass) const {
    std::vector<CounterSlot> slots;
    for (const PlannedCollector& source : sources)
        for (const PlannedEvent& planned : source.plan.events) {
            if (planned.pass != pass) continue;
            const auto named = [&](const EventRecord& record) { return record.name == planned.name; };
            const auto column =
                static_cast<std::size_t>(std::find_if(events.begin(), events.end(), named) - events.begin());
            if (planned.parts.empty()) slots.push_back({column, 1, planned.sharing});
            for (const EventPart& part : planned.parts)
                slots.push_back({column, part.weight, planned.sharing});
        }
    return slots;
}

std::size_t Counting::descriptors(std::size_t workers) const {
    std::size_t most = 0;
    for (int pass = 0; pass < passes; ++pass) {
        std::size_t held = 0;
        for (const CounterSlot& slot : slots_of(pass))
            held += slot.leader_only() ? 1 : workers;
        most = std::max(most, held);
    }
    return most;
}

bool Counting::counts_dram(std::string_view metric) const {
    const auto counted = [&](std::string_view role, std::string_view source) {
        return std::any_of(events.begin(), events.end(), [&](const EventRecord& e) {
            return e.role == role && e.pass >= 0 && (source.empty() || e.source == source);
        });
    };
    if (counted(metric, {})) return true;
    if (metric == metric_name::dram_read_bytes || metric == metric_name::dram_write_bytes) return false;
    return counted(metric_name::dram_bytes, {}) || std::any_of(events.begin(), events.end(), [&](const EventRecord& e) {
               return counted(metric_name::dram_read_bytes, e.source) &&
                      counted(metric_name::dram_write_bytes, e.source);
           });
}

std::vector<std::size_t> Counting::gap_columns() const {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < events.size(); ++i)
        if (events[i].pass >= 0 &&
            (events[i].role == metric_name::dram_read_bytes || events[i].role == metric_name::dram_write_bytes))
            columns.push_back(i);
    return columns;
}

void Counting::leave_out(std::size_t source, const std::string& cause, const std::string& remedy) {
    for (const PlannedEvent& planned : sources[source].plan.events)
        for (EventRecord& record : events) {
            if (record.name != planned.name) continue;
            record.pass = record.group = -1;
            record.source.clear();
            record.reason = cause;
            record.remedy = remedy;
        }
    for (CollectorRecord& collector : collectors)
        if (collector.name == sources[source].plan.collector) collector = {collector.name, false, cause, remedy};
    sources.erase(sources.begin() + static_cast<std::ptrdiff_t>(source));
    passes = 1;
    for (const EventRecord& record : events)
        passes = std::max(passes, record.pass + 1);
}

bool Counting::counts_shared(int pass) const {
    const auto slots = slots_of(pass);
    return std::any_of(slots.begin(), slots.end(),
                       [](const CounterSlot& slot) { return slot.sharing == Sharing::socket; });
}

bool Counting::counts_shared() const {
    for (int pass = 0; pass < passes; ++pass)
        if (counts_shared(pass)) return true;
    return false;
}

Result<Counting> plan_counting(const CountingRequest& request, Sys& sys, const SysRoot& root,
                               std::span<const CollectorEntry> table) {
    Counting counting;
    for (const EventRequest& wanted : request.events) {
        EventRecord record;
        record.name = wanted.name;
        record.role = wanted.role;
        if (request.collectors.counting.empty()) record.reason = "--collector lists nothing that counts events";
        counting.events.push_back(std::move(record));
    }
    auto dram = TRY(choose_dram(counting, request, sys, root, table));
    add_estimate(counting, dram.estimate);
    const auto& collectors = request.collectors.counting;
    const bool by_perf = std::find(collectors.begin(), collectors.end(), collector_name::perf) != collectors.end();
    if (by_perf) TRY(ask_boxes(counting, request, dram, sys, root, table));
    for (const std::string& name : collectors)
        if (!supplies_dram(table, name)) TRY(ask_collector(counting, name, request, sys, root, table));
    if (by_perf) TRY(ask_os(counting, request, sys, root));
    settle_estimate(counting);
    add_dram(counting, std::move(dram.sources));
    if (request.options.strict) TRY(check_strict(request, counting, root));
    take_labels(counting, request);
    return counting;
}

} // namespace bytebound
