#include "figures/ceilings.hpp"
#include "catalogue/metrics.hpp"
#include "figures/number.hpp"
#include "figures/plausibility.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "figures/summary.hpp"
#include "model/loop_facts.hpp"
#include "model/row_ceiling.hpp"

namespace bytebound {
namespace {

/// hybrid's order depends on its steps. Error: why there is none.
tl::expected<RowOrder, std::string> order_of(const SummaryRow& row) {
    const auto stored = stored_rows(row.loop);
    if (!stored) return tl::unexpected("the order in which " + row.loop + " visits rows is unknown");
    if (*stored == StoredRows::minimal) return RowOrder::random;
    if (*stored == StoredRows::all) return RowOrder::ascending;
    if (!row.index_steps) return tl::unexpected("which steps of " + row.loop + " rebuilt is not known");
    const std::uint64_t rebuilt = *row.index_steps;
    if (rebuilt == 0) return RowOrder::random;
    if (rebuilt == row.steps) return RowOrder::ascending;
    return tl::unexpected(
        fmt::format("{} rebuilds in {} of {} steps: these copy rows in ascending order, the others at random places",
                    row.loop, rebuilt, row.steps));
}

std::string copy_of(const RunRecord& run, const SummaryRow& row) {
    for (const ExperimentRecord& experiment : run.experiments)
        if (experiment.loop == row.loop && experiment.k == row.k) return experiment.copy_method;
    return {};
}

/// Below the parallel threshold one worker copies alone. Steps differ, so their mean decides.
std::uint32_t copying_threads(const RunRecord& run, const SummaryRow& row, StreamKernel kernel) {
    const Figure* rows_written = row.find(metric_name::rows_written);
    if (rows_written == nullptr || rows_written->value() >= run.workload.parallel_threshold)
        return run.workload.threads;
    return threads_alone(run.calibration->ceilings, kernel, run.workload.threads);
}

std::string why_no_bandwidth(const SummaryRow& row, std::string_view metric) {
    const auto reason = row.unavailable.find(metric);
    return reason == row.unavailable.end() ? "no " + std::string(metric) : reason->second;
}

/// The ceiling, converted to bytes at the memory controller.
void convert_to_dram(CeilingShare& share, const WriteAllocateFactor& factor) {
    share.write_allocate = factor;
    share.ceiling_gbps *= dram_bytes_per_copied_byte(factor.usable());
    share.ceiling_low *= dram_bytes_per_copied_byte(std::max(factor.ci_low.value_or(factor.factor), 0.0));
    share.ceiling_high *= dram_bytes_per_copied_byte(std::max(factor.ci_high.value_or(factor.factor), 0.0));
}

void put_percent(CeilingShare& share, const Figure& figure) {
    share.tier = figure.tier;
    share.source = figure.source;
    share.percent = 100 * figure.value() / share.ceiling_gbps;
    if (figure.estimate.ci_low && figure.estimate.ci_high) {
        share.ci_low = 100 * *figure.estimate.ci_low / share.ceiling_high;
        share.ci_high = 100 * *figure.estimate.ci_high / share.ceiling_low;
    }
}

/// Empty if the ceiling is known well enough.
std::string why_too_wide(const CeilingShare& share) {
    const double ceiling = share.ceiling_gbps;
    if (is_narrow(share.ceiling_low, ceiling, share.ceiling_high)) return {};
    return fmt::format(
        "the ceiling's interval, {}-{} GB/s, is wider than {} +- {:.0f} %: calibrate again when the machine "
        "is idle",
        compact_number(share.ceiling_low, ceiling), compact_number(share.ceiling_high, ceiling),
        compact_number(ceiling), 100 * widest_ceiling);
}

/// Sets the ceiling in the metric's bytes. Error: why there is none.
tl::expected<void, std::string> put_ceiling(CeilingShare& share, const RunRecord& run) {
    const Ceilings& ceilings = run.calibration->ceilings;
    const RowLayout& layout = run.workload.layout;
    const auto ceiling = layout_ceiling(ceilings, share.kernel, share.level, share.threads, layout);
    if (!ceiling) return tl::unexpected(ceiling.error().reason + ": " + ceiling.error().remedy);
    share.ceiling_gbps = ceiling->bytes_per_second / giga;
    share.ceiling_low = ceiling->ci_low / giga;
    share.ceiling_high = ceiling->ci_high / giga;
    share.ceiling_n = ceiling->n;
    share.small_buffers = ceiling->small_buffers;
    share.date = ceiling->date;
    if (share.metric != metric_name::dram_gbps) return {};
    const WriteAllocateFactor* factor =
        ceilings.nearest_factor(share.kernel, share.threads, layout.groups.front().row_bytes);
    if (factor == nullptr) return tl::unexpected(std::string("the calibration has no write-allocate factor for it"));
    convert_to_dram(share, *factor);
    return {};
}

CeilingShare share_of(const RunRecord& run, const SummaryRow& row, std::string_view metric, MemoryLevel level) {
    CeilingShare share;
    share.metric = metric;
    share.level = level;
    share.copy = copy_of(run, row);
    const auto order = order_of(row);
    if (order) share.order = *order;
    share.kernel =
        row_kernel(copy_method_named(share.copy).value_or(CopyMethod::memcpy), order.value_or(RowOrder::random));
    share.threads = copying_threads(run, row, share.kernel);
    if (!order) {
        share.reason = order.error();
        return share;
    }
    if (const auto found = put_ceiling(share, run); !found) {
        share.reason = found.error();
        return share;
    }
    const Figure* figure = row.find(metric);
    if (figure == nullptr)
        share.reason = why_no_bandwidth(row, metric);
    else if (metric == metric_name::dram_gbps)
        share.reason = why_not_of_this_memory(run, figure->tier);
    if (share.reason.empty()) share.reason = why_too_wide(share);
    if (figure != nullptr && share.reason.empty()) put_percent(share, *figure);
    return share;
}

} // namespace

double dram_bytes_per_copied_byte(double factor) { return (2 + factor) / 2; }

std::string why_no_ceilings(const RunRecord& run) {
    if (run.calibration_reason.empty()) return "the run did not look for a calibration of its host";
    return run.calibration_reason + "; bytebound calibrate measures the ceilings";
}

const CeilingShare* farthest_reached(const SummaryRow& row) {
    // From memory inwards, and not beyond a level whose ceiling is not known: it may have served the row.
    for (auto share = row.ceilings.rbegin(); share != row.ceilings.rend(); ++share) {
        if (share->metric != metric_name::requested_gbps) continue;
        if (!share->percent) return nullptr;
        if (*share->percent <= 100) return &*share;
    }
    return nullptr;
}

void put_ceilings(SummaryRow& row, const RunRecord& run) {
    if (!run.calibration) {
        row.unavailable.emplace("ceilings", why_no_ceilings(run));
        return;
    }
    row.ceilings.clear();
    for (const MemoryLevel level : requested_levels)
        row.ceilings.push_back(share_of(run, row, metric_name::requested_gbps, level));
    const CeilingShare* reached = farthest_reached(row);
    for (CeilingShare& share : row.ceilings)
        if (reached != nullptr && share.percent > 100) share.served_from = reached->level;
    row.ceilings.push_back(share_of(run, row, metric_name::dram_gbps, MemoryLevel::memory));
}

} // namespace bytebound
