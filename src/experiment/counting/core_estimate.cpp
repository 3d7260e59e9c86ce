#include <fmt/format.h>

#include <algorithm>

#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "experiment/counting/counting_parts.hpp"

namespace bytebound {
namespace {

/// If one term of an estimate cannot be counted, drops the other terms too.
void give_up_estimate(Counting& counting, const EventRecord& missing) {
    const std::string cause = "the estimate needs " + missing.name + " too: " + missing.reason;
    for (EventRecord& record : counting.events) {
        if (record.bytes_per_count == 0 || record.pass < 0) continue;
        for (PlannedCollector& source : counting.sources)
            for (PlannedEvent& planned : source.plan.events)
                if (planned.name == record.name) {
                    planned.event.reset();
                    planned.pass = planned.group = -1;
                }
        record.pass = record.group = -1;
        record.reason = cause;
        record.remedy = missing.remedy;
    }
    counting.passes = 1;
    for (const EventRecord& record : counting.events)
        counting.passes = std::max(counting.passes, record.pass + 1);
}

} // namespace

void add_estimate(Counting& counting, const std::vector<EstimateTerm>& terms) {
    for (const EstimateTerm& term : terms) {
        EventRecord record;
        record.name = term.event;
        record.role = dram_metric(term.direction).name;
        record.source = source_name::core_estimate;
        record.bytes_per_count = std::int64_t{term.bytes_per_count} * (term.subtract ? -1 : 1);
        counting.events.push_back(std::move(record));
    }
}

void settle_estimate(Counting& counting) {
    const auto estimates = [](const EventRecord& record) { return record.bytes_per_count != 0; };
    const auto& events = counting.events;
    const auto first = std::find_if(events.begin(), events.end(), estimates);
    if (first == events.end()) return;
    const auto missing =
        std::find_if(first, events.end(), [&](const EventRecord& r) { return estimates(r) && r.pass < 0; });
    if (missing != events.end()) {
        const EventRecord cause = *missing;
        give_up_estimate(counting, cause);
        counting.collectors.push_back(
            {std::string(source_name::core_estimate), false, missing->name + ": " + missing->reason, missing->remedy});
        return;
    }
    counting.collectors.push_back(
        {std::string(source_name::core_estimate),
         true,
         fmt::format("{} core events of the process", std::count_if(first, events.end(), estimates)),
         {}});
}

} // namespace bytebound
