#include <algorithm>
#include <array>

#include "experiment/counting/counting.hpp"

namespace bytebound {
namespace {

constexpr std::array<std::string_view, 7> event_metrics = {
    "cycles", "instructions", "llc_misses", "task_clock_ns", "page_faults", "context_switches", "cpu_migrations"};
constexpr std::array<std::string_view, 5> dram_metrics = {"dram_read_bytes", "dram_write_bytes", "dram_bytes",
                                                          "amplification", "dram_gbps"};

const EventRecord* filling(const Counting& counting, std::string_view role) {
    for (const EventRecord& record : counting.events)
        if (record.role == role) return &record;
    return nullptr;
}

/// Why no counter fills a metric; nothing when one does.
std::optional<UnavailableRecord> missing(const CountingRequest& request, const Counting& counting,
                                         std::string_view metric) {
    const EventRecord* record = filling(counting, metric);
    if (record != nullptr && record->pass >= 0) return {};
    UnavailableRecord unavailable{std::string(metric), {}, {}};
    if (record != nullptr) {
        unavailable.reason = (record->name == metric ? "" : record->name + ": ") + record->reason;
        unavailable.remedy = record->remedy;
    } else if (request.collectors.counting.empty()) {
        unavailable.reason = "--collector names nothing that counts events";
        unavailable.remedy = "give --collector auto";
    } else if (metric == "llc_misses" && request.options.events.empty()) {
        unavailable.reason = request.preset.choice.llc_reason;
    } else {
        unavailable.reason = "no event of --events counts it";
    }
    return unavailable;
}

/// What stood in the way of every source of DRAM bytes, the most direct first.
UnavailableRecord uncounted_dram(const Counting& counting, const std::string& not_simulated) {
    UnavailableRecord none{{}, {}, "give --collector auto"};
    for (const CollectorRecord& collector : counting.collectors) {
        const bool dram =
            collector.name == "uncore" || collector.name == "resctrl" || collector.name == "core-estimate";
        if (!dram || collector.used) continue;
        none.reason += collector.name + ": " + collector.cause + "; ";
    }
    none.reason += not_simulated;
    return none;
}

/// For a ratio: which of its parts is missing.
std::string of_operand(const UnavailableRecord& operand) { return "no " + operand.metric + ": " + operand.reason; }

} // namespace

std::vector<UnavailableRecord> unavailable_metrics(const CountingRequest& request, const Counting& counting,
                                                   const std::string& not_simulated) {
    std::vector<UnavailableRecord> list;
    const bool simulated = not_simulated.empty();
    if (!simulated) {
        const UnavailableRecord dram = uncounted_dram(counting, not_simulated);
        for (const std::string_view metric : dram_metrics)
            if (!counting.counts_dram(metric)) list.push_back({std::string(metric), dram.reason, dram.remedy});
    }
    for (const std::string_view metric : event_metrics) {
        if (metric == "llc_misses" && simulated) continue;
        if (auto unavailable = missing(request, counting, metric)) list.push_back(std::move(*unavailable));
    }
    const EventRecord* cycles = filling(counting, "cycles");
    const EventRecord* instructions = filling(counting, "instructions");
    const auto without_cycles = missing(request, counting, "cycles");
    const auto without_instructions = missing(request, counting, "instructions");
    if (without_cycles || without_instructions) {
        const UnavailableRecord& first = without_cycles ? *without_cycles : *without_instructions;
        list.push_back({"cpi", of_operand(first), first.remedy});
    } else if (cycles->pass != instructions->pass || cycles->group != instructions->group) {
        list.push_back({"cpi", "cycles and instructions do not fit one group of counters", "count fewer events"});
    }
    const auto no_misses = simulated ? std::nullopt : missing(request, counting, "llc_misses");
    if (without_instructions)
        list.push_back({"llc_mpki", of_operand(*without_instructions), without_instructions->remedy});
    else if (no_misses)
        list.push_back({"llc_mpki", no_misses->reason, no_misses->remedy});
    if (!simulated) list.push_back({"by_buffer", not_simulated, "give --collector auto"});
    return list;
}

} // namespace bytebound
