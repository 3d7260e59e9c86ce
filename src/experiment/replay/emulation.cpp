#include "experiment/replay/emulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "experiment/counting/counting_parts.hpp"
#include "experiment/replay/emulation_spec.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

/// Each reading costs half a millisecond and about 4 KiB of a temporary file.
constexpr std::uint32_t most_readings = 20'000;

/// Size of one access of memcpy under valgrind (AVX2). In rows of whole vectors, no access crosses a line.
constexpr std::uint64_t vector_bytes = 32;

struct Refusal {
    CopyMethod::Kind copy;
    std::string_view reason;
};
constexpr std::array<Refusal, 4> refused_copies = {
    {{CopyMethod::nt, "valgrind treats non-temporal stores as ordinary ones"},
     {CopyMethod::movsb, "valgrind runs rep movsb byte by byte, as ordinary stores"},
     {CopyMethod::avx512, "valgrind does not support AVX-512"},
     {CopyMethod::prefetch, "valgrind ignores prefetch instructions"}}};

/// A larger first level would hide too much reuse from the last one.
constexpr std::uint64_t least_last_per_first = 2;

EmulatedCache as_emulated(const CacheGeometry& geometry) {
    return {geometry.size_bytes, geometry.ways, geometry.line_bytes};
}

/// Succeeds if at least one row can run; otherwise returns the first reason.
std::string reason_of_all(const std::vector<std::vector<EmulatedRow>>& rows) {
    std::string first;
    for (const auto& of_k : rows)
        for (const EmulatedRow& row : of_k) {
            if (row.reason.empty()) return {};
            if (first.empty()) first = row.reason;
        }
    return first;
}

} // namespace

std::string why_not_emulated(LoopKind loop, CopyMethod copy) {
    const LoopEntry* entry = find_loop(loop);
    if (loop == LoopKind::plug_in) return "plug-in";
    if (entry == nullptr || entry->describe == nullptr) return "library code";
    for (const Refusal& refused : refused_copies)
        if (refused.copy == copy.kind) return std::string(refused.reason);
    return {};
}

Result<Emulation> plan_emulation(const RunPlan& plan, std::span<const CollectorEntry> table) {
    Emulation emulation;
    if (plan.counting.collectors.emulating.empty()) return emulation;
    emulation.name = plan.counting.collectors.emulating;
    const CollectorEntry* entry = find_collector(table, emulation.name);
    if (entry == nullptr || entry->make_wrapping == nullptr)
        return cannot_count_with(emulation.name,
                                 Capability::no("this build does not have it", "give --collector auto"));
    emulation.emulator = entry->make_wrapping();
    if (const Capability capability = emulation.emulator->capability(); !capability.available)
        return cannot_count_with(emulation.name, capability);
    const EmulatedCache wanted = as_emulated(plan.cache.geometry);
    const auto nearest = TRY(emulation.emulator->nearest_cache(wanted));
    emulation.caches = {emulation.emulator->first_level_above(nearest), nearest};
    if (const EmulatedCache& first = emulation.caches.first_level;
        nearest.size_bytes < least_last_per_first * first.size_bytes)
        return cannot_count_with(
            emulation.name,
            Capability::no(fmt::format("its first level of {} is more than half of the LLC of {}",
                                       format_size(static_cast<double>(first.size_bytes)),
                                       format_size(static_cast<double>(nearest.size_bytes))),
                           fmt::format("give an --llc of {} or more",
                                       format_size(static_cast<double>(least_last_per_first * first.size_bytes)))));
    if (plan.hierarchy)
        emulation.warnings.push_back(warnings::levels_not_emulated(emulation.name, plan.hierarchy->spec.policy));
    if (nearest != wanted)
        emulation.warnings.push_back(
            warnings::emulated_cache_differs(emulation.name, plan.cache.geometry, nearest.size_bytes, nearest.ways));
    for (const RowGroup& group : plan.layout.groups) {
        if (group.row_bytes % vector_bytes == 0) continue;
        emulation.warnings.push_back(warnings::emulated_rows_straddle(emulation.name, group.row_bytes));
        break;
    }
    if (plan.options.steps_per_k > most_readings)
        return cannot_count_with(
            emulation.name, Capability::no(fmt::format("it writes a part for each reading, {} at most", most_readings),
                                           fmt::format("give --steps-per-k {} or less", most_readings)));
    for (std::size_t e = 0; e < plan.experiments.size(); ++e) {
        auto& rows = emulation.rows.emplace_back();
        for (const LoopKind loop : plan.options.loops)
            rows.push_back(
                {false, why_not_emulated(loop, tries_copies(loop) ? CopyMethod::memcpy : plan.options.copy), {}});
    }
    if (const std::string reason = reason_of_all(emulation.rows); !reason.empty())
        return cannot_count_with(emulation.name,
                                 Capability::no("it can run none of the loops: " + reason, "give --collector auto"));
    emulation.folder = TRY(EmulationFolder::make());
    return emulation;
}

std::vector<std::string> emulated_columns() {
    return {std::string(metric_name::instructions), std::string(metric_name::llc_misses),
            std::string(metric_name::dram_read_bytes), std::string(metric_name::dram_write_bytes)};
}

std::vector<std::optional<std::uint64_t>> emulated_values(const EmulatedPart& reading, std::uint32_t line_bytes) {
    return {reading.instructions, reading.lines_fetched, reading.lines_fetched * line_bytes,
            reading.lines_written_back * line_bytes};
}

bool emulation_supplies(std::string_view metric) {
    const auto columns = emulated_columns();
    if (std::find(columns.begin(), columns.end(), metric) != columns.end()) return true;
    const MetricEntry* entry = find_metric(metric);
    if (entry == nullptr) return false;
    if (!entry->addends[0].empty())
        return emulation_supplies(entry->addends[0]) && emulation_supplies(entry->addends[1]);
    if (entry->origin != MetricOrigin::ratio) return false;
    // The other operand may be one that needs no counter: time, or a figure of the trace.
    const auto known = [](std::string_view operand) {
        const MetricOrigin origin = find_metric(operand)->origin;
        return origin == MetricOrigin::clock || origin == MetricOrigin::computed;
    };
    const bool over = emulation_supplies(entry->numerator), under = emulation_supplies(entry->denominator);
    return (over || under) && (over || known(entry->numerator)) && (under || known(entry->denominator));
}

} // namespace bytebound
