#include "catalogue/metrics.hpp"

#include <array>

namespace bytebound {
namespace {

using enum MetricOrigin;

constexpr std::array table{
    MetricEntry{"time_ns", Stat::median, clock},
    MetricEntry{"bound_bytes", Stat::mean, computed},
    MetricEntry{"min_bytes", Stat::mean, computed},
    MetricEntry{"rows_written", Stat::mean, computed},
    MetricEntry{"requested_bytes", Stat::mean, computed},
    MetricEntry{"metadata_bytes", Stat::mean, computed},
    MetricEntry{"dram_read_bytes", Stat::mean, traffic},
    MetricEntry{"dram_write_bytes", Stat::mean, traffic},
    MetricEntry{"dram_bytes", Stat::mean, traffic},
    MetricEntry{"amplification", Stat::ratio, ratio, "dram_bytes", "bound_bytes"},
    MetricEntry{"requested_ratio", Stat::ratio, ratio, "requested_bytes", "bound_bytes"},
    MetricEntry{"cpi", Stat::ratio, ratio, "cycles", "instructions"},
    MetricEntry{"llc_mpki", Stat::ratio, ratio, "llc_misses", "instructions", 1000},
    MetricEntry{"requested_gbps", Stat::ratio, ratio, "requested_bytes", "time_ns"},
    MetricEntry{"dram_gbps", Stat::ratio, ratio, "dram_bytes", "time_ns"}, // bytes per ns are GB/s
    MetricEntry{"llc_misses", Stat::mean, traffic},
    MetricEntry{"instructions", Stat::mean, counted},
    MetricEntry{"cycles", Stat::mean, counted},
    MetricEntry{"task_clock_ns", Stat::mean, counted},
    MetricEntry{"page_faults", Stat::mean, counted},
    MetricEntry{"context_switches", Stat::mean, counted},
    MetricEntry{"cpu_migrations", Stat::mean, counted},
};
constexpr std::array<std::string_view, 2> gaps{"gap_dram_read_bytes", "gap_dram_write_bytes"};
constexpr std::array<std::string_view, 4> compared{"time_ns", "requested_bytes", "dram_bytes", "llc_misses"};

} // namespace

std::span<const MetricEntry> metrics() { return table; }

const MetricEntry* find_metric(std::string_view name) {
    for (const MetricEntry& entry : table) {
        if (entry.name == name) return &entry;
    }
    return nullptr;
}

std::span<const std::string_view> gap_metrics() { return gaps; }
std::span<const std::string_view> compared_metrics() { return compared; }

} // namespace bytebound
