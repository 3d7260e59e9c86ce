#include "experiment/counting/request.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "counters/names/event_name.hpp"
#include "counters/names/resolver.hpp"
#include "counters/registry.hpp"
#include "record/sample_columns.hpp"
#include "record/samples.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

/// "cycles:u" -> "cycles"; "cpu_core/cpu-cycles/u" -> "cpu-cycles"; terms keep their PMU.
std::string_view without_modifiers(std::string_view name) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return name.substr(0, name.find(':'));
    const auto end = name.rfind('/');
    const std::string_view inside = name.substr(slash + 1, end - slash - 1);
    const bool core = name.starts_with("cpu/") || name.starts_with("cpu_") || name.starts_with("armv8");
    return core && inside.find_first_of("=,") == std::string_view::npos ? inside : name.substr(0, end + 1);
}

/// At least one requested collector accepts the name. A collector checks its own names itself.
Result<void> check_name(const std::string& name, const CollectorChoice& choice, const EventResolver& resolver) {
    const CollectorEntry* owner = owner_of(collectors(), name);
    if (owner == nullptr) {
        TRY(resolver.resolve(name));
        return {};
    }
    const auto& asked = choice.counting;
    if (std::find(asked.begin(), asked.end(), owner->name) != asked.end()) return {};
    return fail({ExitCode::usage, "plan", "--events " + name,
                 "only collector " + std::string(owner->name) + " has this name",
                 "add --collector " + std::string(owner->name)});
}

/// The value of the term name=, which only the names of perf have.
std::string label_of(const std::string& name) {
    if (owner_of(collectors(), name) != nullptr) return {};
    const auto parsed = parse_event_name(name);
    return parsed ? parsed->label : std::string();
}

/// Two columns of one file never have the same name.
Result<void> check_columns(const std::vector<EventRequest>& events) {
    const auto refuse = [](const EventRequest& event, std::string cause) {
        return fail({ExitCode::usage, "plan", "--events " + event.name, std::move(cause), "give it another name="});
    };
    for (const EventRequest& event : events) {
        if (event.label.empty()) continue;
        const auto named = [&](const MetricEntry& metric) { return metric.name == event.label; };
        if (is_sample_column(event.label) || std::any_of(metrics().begin(), metrics().end(), named) ||
            std::any_of(gap_metrics().begin(), gap_metrics().end(), named))
            return refuse(event, event.label + " is the name of a metric or a column of its own");
        const auto same = [&](const EventRequest& e) { return &e != &event && e.column() == event.label; };
        if (std::any_of(events.begin(), events.end(), same))
            return refuse(event, "two events are shown as " + event.label);
    }
    return {};
}

} // namespace

std::string event_role(const std::string& name, const std::string& llc_event) {
    const std::string_view base = without_modifiers(name);
    if (!llc_event.empty() && base == without_modifiers(llc_event)) return std::string(metric_name::llc_misses);
    for (const MetricEntry& metric : metrics())
        if (std::find(metric.events.begin(), metric.events.end(), base) != metric.events.end())
            return std::string(metric.name);
    return {};
}

std::vector<std::string> default_events(const std::string& llc_event) {
    std::vector<std::string> names;
    for (const MetricEntry* metric : default_metrics()) {
        if (!metric->preset_event)
            names.emplace_back(metric->events.front());
        else if (!llc_event.empty())
            names.push_back(llc_event);
    }
    return names;
}

Result<CollectorChoice> choose_collectors(const std::vector<std::string>& names) {
    CollectorChoice choice;
    const auto add = [&](const std::string& name) {
        auto& list = choice.counting;
        if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
    };
    for (const std::string& name : names) {
        if (name == collector_word::none || name == collector_word::automatic) {
            if (names.size() > 1)
                return fail({ExitCode::usage, "plan", "--collector " + name, "it is listed with other collectors",
                             "give it alone"});
            choice.automatic = name == collector_word::automatic;
            choice.simulate = choice.automatic;
            if (choice.automatic) add(std::string(collector_name::perf));
            continue;
        }
        const auto words = collector_words(collectors());
        if (std::find(words.begin(), words.end(), name) == words.end()) {
            const std::vector<std::string> known(words.begin(), words.end());
            const auto near = nearest(name, known);
            return fail({ExitCode::usage, "plan", "--collector " + name, "there is no collector of this name",
                         near ? "did you mean " + *near + "?" : "give one of: " + join(known, ", ")});
        }
        const CollectorEntry* entry = find_collector(collectors(), name);
        if (name == collector_word::simulation)
            choice.simulate = true;
        else if (entry != nullptr && entry->supplies == Supplies::emulation)
            choice.emulating = name;
        else
            add(name);
    }
    return choice;
}

Result<PresetMatches> match_presets(const SysRoot& root, const CountingOptions& options) {
    auto choice = TRY(choose_preset(root, options.bandwidth_preset, options.preset_directory));
    PresetMatches matches{std::move(choice), {}, {}};
    if (!matches.choice.preset) return matches;
    matches.memory = match_memory(root, *matches.choice.preset, options.bytes_per_cas);
    matches.estimate = match_core_estimate(root, *matches.choice.preset);
    return matches;
}

PresetRecord preset_record(const PresetChoice& choice) {
    PresetRecord record;
    record.reason = choice.reason;
    if (!choice.preset) return record;
    record.name = choice.preset->name;
    record.source = choice.preset->source;
    record.verified = choice.preset->verified;
    return record;
}

Result<CountingRequest> request_counting(const CountingOptions& options, const Placement& placement,
                                         const PresetMatches& preset, const SysRoot& root) {
    CountingRequest request{options, {}, {}, placement, preset, {}};
    request.collectors = TRY(choose_collectors(options.collectors));
    const EventResolver resolver(root, placement.cpus.at(0));
    for (const std::string& name : options.events)
        TRY(check_name(name, request.collectors, resolver));
    const std::string& llc_event = preset.choice.llc_event;
    std::vector<std::string> names = options.events;
    if (names.empty() && !request.collectors.counting.empty()) names = default_events(llc_event);
    for (const std::string& name : names) {
        const auto same = [&](const EventRequest& event) { return event.name == name; };
        if (std::any_of(request.events.begin(), request.events.end(), same)) {
            request.warnings.push_back(warnings::event_repeated(name));
            continue;
        }
        std::string role = event_role(name, llc_event);
        const auto taken = [&](const EventRequest& event) { return event.role == role; };
        if (std::any_of(request.events.begin(), request.events.end(), taken)) role.clear();
        request.events.push_back({name, std::move(role), label_of(name)});
    }
    TRY(check_columns(request.events));
    return request;
}

} // namespace bytebound
