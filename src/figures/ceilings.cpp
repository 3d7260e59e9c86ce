#include "figures/ceilings.hpp"
#include "catalogue/metrics.hpp"
#include "figures/number.hpp"
#include "figures/plausibility.hpp"

#include <algorithm>

#include "figures/summary.hpp"
#include "model/row_ceiling.hpp"

namespace bytebound {
namespace {

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

CeilingShare share_of(const RunRecord& run, const SummaryRow& row, std::string_view metric, MemoryLevel level) {
    const Ceilings& ceilings = run.calibration->ceilings;
    const RowLayout& layout = run.workload.layout;
    CeilingShare share;
    share.metric = metric;
    share.level = level;
    share.copy = copy_of(run, row);
    share.kernel = share.copy == "nt" ? StreamKernel::nt_row_copy : StreamKernel::row_copy;
    share.threads = copying_threads(run, row, share.kernel);
    const auto ceiling = layout_ceiling(ceilings, share.kernel, level, share.threads, layout);
    if (!ceiling) {
        share.reason = ceiling.error().reason + ": " + ceiling.error().remedy;
        return share;
    }
    share.ceiling_gbps = ceiling->bytes_per_second / giga;
    share.ceiling_low = ceiling->ci_low / giga;
    share.ceiling_high = ceiling->ci_high / giga;
    share.ceiling_n = ceiling->n;
    share.small_buffers = ceiling->small_buffers;
    if (metric == metric_name::dram_gbps) {
        const WriteAllocateFactor* factor =
            ceilings.nearest_factor(share.kernel, share.threads, layout.groups.front().row_bytes);
        if (factor == nullptr) {
            share.reason = "the calibration has no write-allocate factor for it";
            return share;
        }
        convert_to_dram(share, *factor);
    }
    const Figure* figure = row.find(metric);
    if (figure == nullptr)
        share.reason = why_no_bandwidth(row, metric);
    else if (metric == metric_name::dram_gbps)
        share.reason = why_not_of_this_memory(run, figure->tier);
    if (figure != nullptr && share.reason.empty()) put_percent(share, *figure);
    return share;
}

} // namespace

double dram_bytes_per_copied_byte(double factor) { return (2 + factor) / 2; }

std::string why_no_ceilings(const RunRecord& run) {
    if (run.calibration_reason.empty()) return "the run did not look for a calibration of its host";
    return run.calibration_reason + "; bytebound calibrate measures the ceilings";
}

void put_ceilings(SummaryRow& row, const RunRecord& run) {
    if (!run.calibration) {
        row.unavailable.emplace("ceilings", why_no_ceilings(run));
        return;
    }
    row.ceilings = {share_of(run, row, metric_name::requested_gbps, MemoryLevel::llc),
                    share_of(run, row, metric_name::requested_gbps, MemoryLevel::memory),
                    share_of(run, row, metric_name::dram_gbps, MemoryLevel::memory)};
}

} // namespace bytebound
