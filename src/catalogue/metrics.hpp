#pragma once

#include <span>
#include <string_view>

#include "stats/estimate.hpp"

namespace bytebound {

/// How a metric of the summary comes out of the raw steps.
enum class MetricOrigin {
    clock,    ///< time_ns of pass 0
    computed, ///< from the trace, by construction
    counted,  ///< an event with this role
    traffic,  ///< an event with this role, else the simulation's column of this name
    ratio,    ///< of two other metrics
};

/// One row of the constant table of metrics; the order is that of summary.csv.
struct MetricEntry {
    std::string_view name;
    Stat stat;
    MetricOrigin origin;
    // ratio: factor * sum(numerator) / sum(denominator)
    std::string_view numerator = {}, denominator = {};
    double factor = 1;
};
std::span<const MetricEntry> metrics();
const MetricEntry* find_metric(std::string_view name);

/// Metrics that exist only with --between use|evict: keys gap_dram_read_bytes, gap_dram_write_bytes.
std::span<const std::string_view> gap_metrics();
/// Metrics that are compared between loops, most telling first.
std::span<const std::string_view> compared_metrics();

} // namespace bytebound
