#include "report/ceilings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/summary.hpp"

namespace bytebound {
namespace {

constexpr double giga = 1e9;

StreamKernel kernel_of(const RunRecord& run, const SummaryRow& row) {
    for (const ExperimentRecord& experiment : run.experiments)
        if (experiment.loop == row.loop && experiment.k == row.k && experiment.copy_method == "nt")
            return StreamKernel::nt_row_copy;
    return StreamKernel::row_copy;
}

std::string why_no_bandwidth(const SummaryRow& row, std::string_view metric) {
    const auto reason = row.unavailable.find(metric);
    return reason == row.unavailable.end() ? "no " + std::string(metric) : reason->second;
}

std::string why_not_measured(const RunRecord& run, const CeilingShare& share, std::uint64_t row_bytes) {
    return fmt::format(
        "the calibration has no {} of {} B in {} with {} thread{}: run bytebound calibrate --row-bytes {}",
        name_of(share.kernel), row_bytes, name_of(share.level), run.workload.threads,
        run.workload.threads == 1 ? "" : "s", row_bytes);
}

/// The ceiling in bytes at the memory controller.
void convert_to_dram(CeilingShare& share, const WriteAllocateFactor& factor) {
    share.write_allocate = factor;
    share.ceiling_gbps *= dram_bytes_per_copied_byte(factor.factor);
    share.ceiling_low *= dram_bytes_per_copied_byte(factor.ci_low.value_or(factor.factor));
    share.ceiling_high *= dram_bytes_per_copied_byte(factor.ci_high.value_or(factor.factor));
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
    const std::uint64_t row_bytes = run.workload.layout.row_bytes();
    CeilingShare share;
    share.metric = metric;
    share.level = level;
    share.kernel = kernel_of(run, row);
    const Ceiling* ceiling = ceilings.find(share.kernel, level, run.workload.threads, row_bytes);
    if (ceiling == nullptr) {
        share.reason = why_not_measured(run, share, row_bytes);
        return share;
    }
    share.ceiling_gbps = ceiling->bytes_per_second / giga;
    share.ceiling_low = ceiling->ci_low / giga;
    share.ceiling_high = ceiling->ci_high / giga;
    share.ceiling_n = ceiling->n;
    share.small_buffers = ceiling->small_buffers;
    if (metric == "dram_gbps") {
        const WriteAllocateFactor* factor = ceilings.find_factor(share.kernel, run.workload.threads, row_bytes);
        if (factor == nullptr) {
            share.reason = "the calibration has no write-allocate factor for it";
            return share;
        }
        convert_to_dram(share, *factor);
    }
    const Figure* figure = row.find(metric);
    if (figure == nullptr)
        share.reason = why_no_bandwidth(row, metric);
    else
        put_percent(share, *figure);
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
    row.ceilings = {share_of(run, row, "requested_gbps", MemoryLevel::llc),
                    share_of(run, row, "requested_gbps", MemoryLevel::memory),
                    share_of(run, row, "dram_gbps", MemoryLevel::memory)};
}

} // namespace bytebound
