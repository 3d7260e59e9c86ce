#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "counters/names/resolver.hpp"
#include "experiment/counting/counting_parts.hpp"

namespace bytebound {
namespace {

/// The operating system counts user and kernel code although the name specifies one of them (bare names: user). Empty
/// if the domain is the requested one.
std::string replaced_domain(const EventRecord& record, const EventResolver& resolver) {
    if (record.source != source_name::os) return {};
    const auto asked = resolver.resolve(record.name);
    if (!asked || !asked->event || asked->event->domain == Domain::user_and_kernel) return {};
    return fmt::format("requested in domain {}, but the operating system counts uk", name_of(asked->event->domain));
}

} // namespace

Result<void> check_strict(const CountingRequest& request, const Counting& counting, const SysRoot& root) {
    const auto refuse = [](std::string object, std::string cause, std::string remedy) {
        return fail({ExitCode::not_possible, "count", std::move(object), std::move(cause) + " (--strict)",
                     remedy.empty() ? "remove --strict, or see bytebound doctor" : std::move(remedy)});
    };
    if (!request.options.events.empty()) {
        const EventResolver resolver(root, request.placement.cpus.at(0));
        for (const EventRecord& record : counting.events) {
            const auto& named = request.options.events; // other events are only for DRAM bytes
            if (std::find(named.begin(), named.end(), record.name) == named.end()) continue;
            if (record.pass < 0) return refuse(record.name, record.reason, record.remedy);
            if (const auto replaced = replaced_domain(record, resolver); !replaced.empty())
                return refuse(record.name, replaced, "request it with :uk");
        }
        return {};
    }
    for (const MetricEntry* metric : default_metrics()) {
        if (!metric->demanded) continue;
        const auto record = std::find_if(counting.events.begin(), counting.events.end(),
                                         [&](const EventRecord& r) { return r.role == metric->name; });
        if (record == counting.events.end())
            return refuse(metric->preset_event ? "LLC misses" : std::string(metric->name),
                          metric->preset_event && !request.preset.choice.llc_reason.empty()
                              ? request.preset.choice.llc_reason
                              : "no event counts it",
                          {});
        if (record->pass < 0) return refuse(record->name, record->reason, record->remedy);
    }
    if (counting.counts_dram(metric_name::dram_bytes)) return {};
    std::vector<std::string> causes;
    std::string remedy;
    for (const CollectorRecord& collector : counting.collectors) {
        if (!counts_dram(collector.name)) continue;
        if (collector.used) {
            causes.push_back(collector.name + ": it counts reads or writes, not both");
            continue;
        }
        causes.push_back(collector.name + ": " + collector.cause);
        if (remedy.empty()) remedy = collector.remedy;
    }
    return refuse("DRAM bytes", causes.empty() ? "--collector and --bw-preset leave no source" : join(causes, "; "),
                  remedy);
}

} // namespace bytebound
