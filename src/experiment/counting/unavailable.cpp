#include <algorithm>

#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "experiment/counting/counting.hpp"

namespace bytebound {
namespace {

const EventRecord* filling(const Counting& counting, std::string_view role) {
    for (const EventRecord& record : counting.events)
        if (record.role == role) return &record;
    return nullptr;
}

/// Why no counter feeds a metric; nullopt if one does.
std::optional<UnavailableRecord> missing(const CountingRequest& request, const Counting& counting,
                                         const MetricEntry& metric) {
    const EventRecord* record = filling(counting, metric.name);
    if (record != nullptr && record->pass >= 0) return {};
    UnavailableRecord unavailable{std::string(metric.name), {}, {}};
    if (record != nullptr) {
        unavailable.reason = (record->name == metric.name ? "" : record->name + ": ") + record->reason;
        unavailable.remedy = record->remedy;
    } else if (request.collectors.counting.empty()) {
        unavailable.reason = "--collector lists nothing that counts events";
        unavailable.remedy = "give --collector auto";
    } else if (metric.preset_event && request.options.events.empty()) {
        unavailable.reason = request.preset.choice.llc_reason;
    } else {
        unavailable.reason = "no event of --events counts it";
    }
    return unavailable;
}

/// The reasons of all sources of DRAM bytes, most direct first.
UnavailableRecord uncounted_dram(const Counting& counting, const std::string& not_simulated) {
    UnavailableRecord none{{}, {}, "give --collector auto"};
    for (const CollectorRecord& collector : counting.collectors) {
        if (!counts_dram(collector.name) || collector.used) continue;
        none.reason += collector.name + ": " + collector.cause + "; ";
    }
    none.reason += not_simulated;
    return none;
}

/// Why events do not provide a ratio of two of them; nullopt if they do. The reason is that of an operand that only
/// events supply; the other operand has its own entry with the same reason.
std::optional<UnavailableRecord> undivided(const CountingRequest& request, const Counting& counting,
                                           const MetricEntry& ratio, bool simulated) {
    const MetricEntry *over = find_metric(ratio.numerator), *under = find_metric(ratio.denominator);
    std::optional<UnavailableRecord> unnamed;
    for (const MetricEntry* operand : {over, under}) {
        const bool events_only = operand->origin == MetricOrigin::counted;
        if (!events_only && simulated) continue;
        const auto lacking = missing(request, counting, *operand);
        if (!lacking) continue;
        if (events_only)
            return UnavailableRecord{std::string(ratio.name), "no " + lacking->metric + ": " + lacking->reason,
                                     lacking->remedy};
        unnamed = UnavailableRecord{std::string(ratio.name), lacking->reason, lacking->remedy};
    }
    if (unnamed) return unnamed;
    if (over->origin != MetricOrigin::counted || under->origin != MetricOrigin::counted) return {};
    const EventRecord *a = filling(counting, over->name), *b = filling(counting, under->name);
    if (a->pass == b->pass && a->group == b->group) return {};
    return UnavailableRecord{std::string(ratio.name),
                             std::string(over->name) + " and " + std::string(under->name) +
                                 " do not fit into one group of counters",
                             "count fewer events"};
}

} // namespace

std::vector<UnavailableRecord> unavailable_metrics(const CountingRequest& request, const Counting& counting,
                                                   const std::string& not_simulated) {
    std::vector<UnavailableRecord> list;
    const bool simulated = not_simulated.empty();
    if (!simulated) {
        const UnavailableRecord dram = uncounted_dram(counting, not_simulated);
        for (const MetricEntry& metric : metrics())
            if (rests_on_dram(metric) && !counting.counts_dram(metric.name))
                list.push_back({std::string(metric.name), dram.reason, dram.remedy});
    }
    for (const MetricEntry* metric : default_metrics()) {
        if (metric->origin == MetricOrigin::traffic && simulated) continue;
        if (auto unavailable = missing(request, counting, *metric)) list.push_back(std::move(*unavailable));
    }
    for (const MetricEntry& metric : metrics()) {
        if (!divides_events(metric)) continue;
        if (auto unavailable = undivided(request, counting, metric, simulated)) list.push_back(std::move(*unavailable));
    }
    if (!simulated) list.push_back({"by_buffer", not_simulated, "give --collector auto"});
    return list;
}

} // namespace bytebound
