#include "render/answers/calibration_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "figures/number.hpp"
#include "render/plain_table.hpp"
#include "render/visible_format.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

std::string interval_text(double low, double high, double like) {
    return gbps_text(low, like) + "-" + gbps_text(high, like);
}

std::string n_text(std::uint64_t n) { return std::to_string(n) + (n < few_blocks_below ? " few_blocks" : ""); }

std::string factor_text(const CalibrationRecord& record, const Ceiling& ceiling) {
    if (ceiling.level != MemoryLevel::memory || ceiling.kernel == StreamKernel::read) return "";
    const WriteAllocateFactor* factor = record.ceilings.find_factor(ceiling.kernel, ceiling.threads, ceiling.row_bytes);
    if (factor == nullptr) return "n/a";
    if (!factor->measured) return compact_number(factor->factor) + " assumed";
    return fmt::format("{:.2f} ({:.2f}-{:.2f})", factor->factor, *factor->ci_low, *factor->ci_high);
}

/// Sorted by threads, then from the nearest level to memory.
Table bandwidth_table(const CalibrationRecord& record) {
    Table table;
    table.columns = {{"threads", true},  {"level"},   {"kernel"},        {"row\nbytes", true},      {"GB/s", true},
                     {"95 %\ninterval"}, {"n", true}, {"buffers", true}, {"write-allocate\nfactor"}};
    std::vector<const Ceiling*> order;
    for (const Ceiling& each : record.ceilings.ceilings)
        order.push_back(&each);
    std::stable_sort(order.begin(), order.end(), [](const Ceiling* a, const Ceiling* b) {
        return std::pair(a->threads, a->level) < std::pair(b->threads, b->level);
    });
    const Ceiling* last = nullptr;
    for (const Ceiling* each : order) {
        const bool new_team = last == nullptr || last->threads != each->threads;
        const bool new_level = new_team || last->level != each->level;
        if (new_level) table.group_starts.push_back(table.rows.size());
        std::string size = format_size(static_cast<double>(each->buffer_bytes));
        if (each->small_buffers) size += " (small)";
        table.rows.push_back(
            {new_team ? std::to_string(each->threads) : "", new_level ? std::string(name_of(each->level)) : "",
             std::string(name_of(each->kernel)), copies_rows(each->kernel) ? std::to_string(each->row_bytes) : "",
             gbps_text(each->bytes_per_second), interval_text(each->ci_low, each->ci_high, each->bytes_per_second),
             n_text(each->n), size, factor_text(record, *each)});
        last = each;
    }
    return table;
}

Table compute_table(const CalibrationRecord& record) {
    Table table;
    table.columns = {{"threads", true}, {"type"}, {"GFLOP/s", true}, {"95 %\ninterval"}, {"n", true}, {"vectors"}};
    for (const ComputeCeiling& each : record.ceilings.compute)
        table.rows.push_back({std::to_string(each.threads), each.dtype, gbps_text(each.flops_per_second),
                              interval_text(each.ci_low, each.ci_high, each.flops_per_second), n_text(each.n),
                              each.isa});
    return table;
}

/// Why factors are assumed, without repetition.
std::string assumed_line(const CalibrationRecord& record) {
    for (const WriteAllocateFactor& each : record.ceilings.write_allocate)
        if (!each.measured)
            return visible_format("write-allocate factors are assumed (1, and 0 for non-temporal stores): {}\n",
                                  each.source);
    return {};
}

/// Figures of earlier calibrations.
std::string kept_lines(const CalibrationRecord& record) {
    std::string text;
    for (const KeptCalibration& each : record.kept) {
        const auto& all = record.ceilings.ceilings;
        const auto count =
            std::count_if(all.begin(), all.end(), [&](const Ceiling& c) { return c.date == each.measured; });
        text += fmt::format("kept from the calibration of {}{}: {} of {} bandwidths, which it has narrower or alone\n",
                            each.measured, each.quick ? " (--quick)" : "", count, all.size());
    }
    return text;
}

std::string qualification_lines(const QualificationRecord& record) {
    if (!record.done) return visible_format("counters not qualified: {}\n", record.reason);
    std::string text;
    std::size_t passed = 0, failed = 0, not_judged = 0;
    for (const QualifiedEvent& event : record.events) {
        passed += event.verdict == QualificationVerdict::passed;
        not_judged += event.verdict == QualificationVerdict::not_judged;
        if (event.verdict != QualificationVerdict::failed) continue;
        ++failed;
        text += visible_format("  {} failed ({}): {}\n", event.name, event.kernel, event.reason);
    }
    return fmt::format("counter qualification: {} passed, {} failed, {} not judged\n", passed, failed, not_judged) +
           text;
}

std::string absence_lines(const CalibrationRecord& record) {
    std::string text;
    for (const CeilingAbsence& each : record.absent) {
        std::vector<std::string> what;
        if (!each.level.empty()) what.push_back(each.level);
        if (!each.kernel.empty()) what.push_back(each.kernel);
        if (each.threads != 0) what.push_back(fmt::format("{} thread{}", each.threads, each.threads == 1 ? "" : "s"));
        text += visible_format("not measured: {}: {}\n", join(what, ", "), each.reason);
    }
    return text;
}

} // namespace

std::string gbps_text(double bytes_per_second) { return compact_number(bytes_per_second / 1e9); }
std::string gbps_text(double bytes_per_second, double like) {
    return compact_number(bytes_per_second / 1e9, like / 1e9);
}

std::string calibration_text(const CalibrationRecord& record, bool color) {
    std::string text =
        visible_format("{}, {}, CPUs {}, memory {}, {} kernels, median of n\n", record.host.host, record.host.cpu_model,
                       format_cpu_list(record.placement.cpus), record.placement.memory_request, record.isa);
    text += plain_table(bandwidth_table(record), color) + "\n";
    text += plain_table(compute_table(record), color) + "\n";
    text += "GB/s: bytes that the program loads plus bytes that it stores, 1e9 per second.\n";
    return text + kept_lines(record) + assumed_line(record) + qualification_lines(record.qualification) +
           absence_lines(record);
}

} // namespace bytebound
