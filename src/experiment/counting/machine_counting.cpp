#include "experiment/counting/machine_counting.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "counters/names/box_events.hpp"
#include "doctor/diagnosis.hpp"
#include "experiment/counting/counting_parts.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

std::unique_ptr<Collector> make_first(std::span<const CollectorEntry> table, Supplies supplies, Sys& sys,
                                      const SysRoot& root) {
    for (const CollectorEntry& entry : table)
        if (entry.supplies == supplies && entry.word == collector_name::perf && entry.make != nullptr)
            return entry.make(sys, root);
    return nullptr;
}

/// The value of a part in a reading of its source: passes in order, and in each the plan's events with their parts.
std::vector<MachineCounter> counters_of(const CountingPlan& plan, const PlannedEvent& event) {
    std::vector<MachineCounter> counters;
    std::size_t value = 0;
    for (int pass = 0; pass < plan.passes; ++pass) {
        for (const PlannedEvent& each : plan.events) {
            if (each.pass != pass) continue;
            for (const EventPart& part : each.parts) {
                if (&each == &event) counters.push_back({value, part.cpu, part.weight});
                ++value;
            }
        }
    }
    return counters;
}

class MachinePlanner {
public:
    MachinePlanner(const CountingRequest& request, Sys& sys, const SysRoot& root, std::span<const CollectorEntry> table)
        : request_(request), sys_(sys), root_(root), table_(table) {}

    Result<MachineCounting> make() {
        TRY(add_dram());
        for (const EventRequest& wanted : request_.events) {
            MachineEvent event;
            event.name = wanted.column();
            event.role = wanted.role;
            machine_.events.push_back(std::move(event));
        }
        TRY(add_boxes());
        TRY(add_cpus());
        take_doctors_cause();
        return std::move(machine_);
    }

private:
    /// DRAM traffic, chosen and tried as for a run. Sources of this program's own traffic are not asked.
    Result<void> add_dram() {
        std::vector<CollectorEntry> controllers;
        for (const CollectorEntry& entry : table_)
            if (entry.supplies == Supplies::dram && entry.word == collector_name::perf) controllers.push_back(entry);
        CountingRequest request = request_;
        request.options.allow_multiplex = true; // one pass: a machine cannot be run again
        request.preset.estimate = {};
        Counting chosen;
        auto choice = TRY(choose_dram(chosen, request, sys_, root_, controllers));
        for (const CollectorRecord& record : chosen.collectors) {
            if (record.name == source_name::core_estimate) continue;
            if (!record.used) {
                machine_.dram_reason = record.cause;
                machine_.dram_remedy = record.remedy;
            }
            machine_.collectors.push_back(record);
        }
        machine_.warnings = std::move(chosen.warnings);
        for (PlannedCollector& source : choice.sources) {
            for (const PlannedEvent& planned : source.plan.events) {
                if (planned.pass < 0 || !planned.traffic) continue;
                MachineEvent& event = machine_.events.emplace_back();
                event.name = planned.name;
                fill(event, planned, source.plan);
            }
            machine_.sources.push_back(std::move(source));
        }
        return {};
    }

    void fill(MachineEvent& event, const PlannedEvent& planned, const CountingPlan& plan) {
        event.traffic = planned.traffic;
        event.source = machine_.sources.size();
        event.source_name = plan.source;
        event.reason = planned.reason;
        event.remedy = planned.remedy;
        if (planned.pass < 0) return;
        event.domain = planned.event->domain;
        event.unit = planned.event->unit;
        event.scale = planned.event->scale;
        event.counters = counters_of(plan, planned);
    }

    /// Plans names with one collector.
    Result<void> take(std::unique_ptr<Collector> collector, PlanRequest plan) {
        plan.allow_multiplex = true;
        auto agreed = TRY(collector->plan(plan));
        bool any = false;
        for (const PlannedEvent& planned : agreed.events) {
            for (std::size_t i = 0; i < request_.events.size(); ++i) {
                if (request_.events[i].name != planned.name) continue;
                fill(wanted(i), planned, agreed);
                any = any || planned.pass >= 0;
                if (planned.no_core_pmu) without_core_pmu_.push_back(i);
            }
        }
        for (const std::string& note : agreed.notes)
            machine_.warnings.push_back(warnings::counting_note(note));
        if (any) machine_.sources.push_back({std::move(collector), std::move(agreed)});
        return {};
    }

    /// The event of request_.events[i].
    MachineEvent& wanted(std::size_t i) { return machine_.events[machine_.events.size() - request_.events.size() + i]; }

    std::vector<std::string> names_of_boxes() const {
        std::vector<std::string> names;
        for (const EventRequest& event : request_.events)
            names.push_back(event.name);
        std::vector<std::string> of_boxes;
        for (BoxEvent& box : box_events(EventResolver(root_, request_.placement.cpus.at(0)), names))
            of_boxes.push_back(std::move(box.name));
        return of_boxes;
    }

    /// The user's events at boxes.
    Result<void> add_boxes() {
        PlanRequest plan;
        plan.names = names_of_boxes();
        plan.cpu = request_.placement.cpus.at(0);
        auto collector = make_first(table_, Supplies::dram, sys_, root_);
        if (plan.names.empty() || !collector) return {};
        for (const PlannedCollector& source : machine_.sources)
            plan.beside = source.plan.events;
        return take(std::move(collector), std::move(plan));
    }

    Result<void> add_cpus() {
        PlanRequest plan;
        plan.cpus = request_.placement.cpus;
        const auto boxes = names_of_boxes();
        for (const EventRequest& event : request_.events)
            if (std::find(boxes.begin(), boxes.end(), event.name) == boxes.end()) plan.names.push_back(event.name);
        auto collector = make_first(table_, Supplies::machine, sys_, root_);
        if (plan.names.empty() || !collector) return {};
        return take(std::move(collector), std::move(plan));
    }

    /// Doctor's reason for a machine without a core PMU; the collector only sees its own files.
    void take_doctors_cause() {
        if (without_core_pmu_.empty() || !root_.is_live()) return;
        const SourceDiagnosis found = diagnose_core_pmu(&sys_, root_);
        if (found.state != SourceState::unavailable) return;
        for (const std::size_t i : without_core_pmu_) {
            wanted(i).reason = found.cause;
            wanted(i).remedy = found.remedy;
        }
    }

    const CountingRequest& request_;
    Sys& sys_;
    const SysRoot& root_;
    std::span<const CollectorEntry> table_;
    MachineCounting machine_;
    std::vector<std::size_t> without_core_pmu_; ///< indices of request_.events
};

} // namespace

bool MachineCounting::counts() const {
    return std::any_of(events.begin(), events.end(), [](const MachineEvent& e) { return !e.counters.empty(); });
}

Error MachineCounting::nothing() const {
    std::vector<std::string> causes;
    std::string remedy;
    const auto add = [&](const std::string& cause, const std::string& cures) {
        if (cause.empty() || std::find(causes.begin(), causes.end(), cause) != causes.end()) return;
        causes.push_back(cause);
        if (remedy.empty()) remedy = cures;
    };
    for (const MachineEvent& event : events)
        add(event.reason, event.remedy);
    if (!dram_reason.empty()) add("memory controller: " + dram_reason, dram_remedy);
    return {ExitCode::not_possible,
            "watch",
            "this machine",
            "nothing can be counted: " + join(causes, "; "),
            remedy.empty() ? "see bytebound doctor" : remedy,
            0};
}

std::vector<std::string> default_machine_events(const std::string& llc_event) {
    std::vector<std::string> names;
    for (const MetricEntry* metric : default_metrics()) {
        if (!is_divided_with_another_event(metric->name)) continue; // of CPI and LLC MPKI
        std::string name(metric->preset_event ? llc_event : std::string(metric->events.front()));
        if (name.empty()) continue;
        names.push_back(name + (name.ends_with('/') ? "uk" : ":uk"));
    }
    return names;
}

Result<MachineCounting> plan_machine(const CountingRequest& request, Sys& sys, const SysRoot& root,
                                     std::span<const CollectorEntry> table) {
    return MachinePlanner(request, sys, root, table).make();
}

void MachineCounting::leave_out(std::size_t source, const Error& error) {
    const std::string cause = error.object + ": " + error.cause;
    for (MachineEvent& event : events) {
        if (event.source != source || event.counters.empty()) continue;
        event.counters.clear();
        event.reason = cause;
        event.remedy = error.remedy;
        if (!event.traffic) continue;
        dram_reason = cause;
        dram_remedy = error.remedy;
    }
}

MachineCounters::MachineCounters(MachineCounting& counting) {
    for (std::size_t i = 0; i < counting.sources.size(); ++i) {
        PlannedCollector& planned = counting.sources[i];
        Passes& passes = sources_.emplace_back();
        for (int pass = 0; pass < planned.plan.passes; ++pass) {
            auto open = planned.collector->open(planned.plan, pass);
            if (open) {
                passes.push_back(std::move(*open));
                continue;
            }
            passes.clear();
            counting.leave_out(i, open.error());
            break;
        }
    }
}

MachineReading MachineCounters::read(std::uint64_t (*now)()) {
    MachineReading reading;
    failed_ = false;
    for (Passes& source : sources_) {
        SourceReading& one = reading.emplace_back();
        one.time_ns = now();
        for (auto& pass : source) {
            const std::size_t begin = one.values.size();
            one.values.resize(begin + pass->size());
            if (!one.failure.empty() || pass->read(std::span(one.values).subspan(begin))) continue;
            const Error error = pass->last_error();
            one.failure = error.object + ": " + error.cause;
        }
        failed_ = failed_ || !one.failure.empty();
    }
    return reading;
}

} // namespace bytebound
