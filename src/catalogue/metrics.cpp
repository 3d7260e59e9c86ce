#include "catalogue/metrics.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace bytebound {
namespace {

using enum MetricOrigin;
namespace name = metric_name;

constexpr std::string_view cycles_events[] = {"cycles", "cpu-cycles", "PAPI_TOT_CYC"};
constexpr std::string_view instructions_events[] = {"instructions", "PAPI_TOT_INS"};
constexpr std::string_view task_clock_events[] = {"task-clock"};
constexpr std::string_view page_faults_events[] = {"page-faults", "faults"};
constexpr std::string_view context_switches_events[] = {"context-switches", "cs"};
constexpr std::string_view cpu_migrations_events[] = {"cpu-migrations", "migrations"};

constexpr TruthKernel instruction_loop[] = {TruthKernel::instructions};
constexpr TruthKernel fresh_pages[] = {TruthKernel::fresh_pages};
constexpr TruthKernel naps[] = {TruthKernel::naps};
constexpr TruthKernel cpu_time[] = {TruthKernel::cpu_time};
constexpr TruthKernel reading[] = {TruthKernel::read};
constexpr TruthKernel loading[] = {TruthKernel::read, TruthKernel::copy};
constexpr TruthKernel storing[] = {TruthKernel::store, TruthKernel::nontemporal_store, TruthKernel::copy};
constexpr TruthKernel moving[] = {TruthKernel::read, TruthKernel::store, TruthKernel::nontemporal_store,
                                  TruthKernel::copy};

constexpr double bytes_per_kib = 1024, ns_per_us = 1000;

constexpr std::array metric_table{
    MetricEntry{.name = name::time_ns,
                .unit = "ns",
                .stat = Stat::median,
                .origin = clock,
                .meaning = "one step, from the release of the workers to the last arrival, on the leader's clock",
                .better = Better::lower,
                .column = {1, "time\nus/step", CellText::microseconds},
                .chart = {"Time per step", "us", ns_per_us},
                .compared = {"time", "is", "faster", "slower"}},
    MetricEntry{.name = name::bound_bytes,
                .unit = "bytes",
                .origin = computed,
                .meaning = "max(A,R)·S: the exact minimum for A ≥ R, the worst case for R > A",
                .column = {4, "bound\nKiB", CellText::kib, 6}},
    MetricEntry{.name = name::min_bytes,
                .unit = "bytes",
                .origin = computed,
                .meaning = "min_rows·S, min_rows = A for A ≥ R, else A + t, where t depends on the order of rows in "
                           "this loop's own slab",
                .column = {5, "min\nKiB", CellText::kib, 9}},
    MetricEntry{.name = name::rows_written,
                .unit = "rows",
                .origin = computed,
                .meaning = "rows stored into the slab: min_rows for `paired` and `oracle`; m_after for "
                           "`index`, `mask` and an index step of `hybrid`",
                .better = Better::lower},
    MetricEntry{.name = name::requested_bytes,
                .unit = "bytes",
                .origin = computed,
                .meaning = "2·rows_written·S: row bytes loaded and stored by the program",
                .better = Better::lower,
                .column = {2, "requested\nKiB", CellText::kib, 5},
                .chart = {"Requested bytes per step", "KiB", bytes_per_kib, true},
                .compared = {"requested bytes", "requests", "fewer bytes", "more bytes"},
                .fitted_over = name::bound_bytes},
    MetricEntry{.name = name::metadata_bytes,
                .unit = "bytes",
                .origin = computed,
                .meaning = "bytes loaded and stored in masks (8-byte words), id lists and slot tables (4-byte entries)",
                .better = Better::lower},
    MetricEntry{.name = name::dram_read_bytes,
                .unit = "bytes",
                .origin = traffic,
                .meaning = "read at the memory controller during the step",
                .better = Better::lower,
                .noun = "DRAM bytes read",
                .dram = Direction::read,
                .demanded = true,
                .kernels = loading,
                .counted_in = "bytes",
                .fitted_over = name::min_bytes},
    MetricEntry{.name = name::dram_write_bytes,
                .unit = "bytes",
                .origin = traffic,
                .meaning = "written at the memory controller during the step",
                .better = Better::lower,
                .noun = "DRAM bytes written",
                .dram = Direction::write,
                .demanded = true,
                .kernels = storing,
                .counted_in = "bytes",
                .fitted_over = name::min_bytes},
    MetricEntry{.name = name::dram_bytes,
                .unit = "bytes",
                .origin = traffic,
                .meaning = "their sum",
                .better = Better::lower,
                .addends = {name::dram_read_bytes, name::dram_write_bytes},
                .noun = "DRAM bytes",
                .dram = Direction::combined,
                .demanded = true,
                .kernels = moving,
                .counted_in = "bytes",
                .column = {3, "DRAM\nKiB", CellText::kib, 4},
                .chart = {"DRAM bytes per step", "KiB", bytes_per_kib, true},
                .compared = {"DRAM bytes", "moves", "fewer DRAM bytes", "more DRAM bytes"}},
    MetricEntry{.name = name::amplification,
                .unit = "–",
                .stat = Stat::ratio,
                .origin = ratio,
                .meaning = "dram_bytes / bound_bytes",
                .better = Better::lower,
                .numerator = name::dram_bytes,
                .denominator = name::bound_bytes,
                .column = {7, "DRAM\n/ bound", CellText::times, 2}},
    MetricEntry{.name = name::requested_ratio,
                .unit = "–",
                .stat = Stat::ratio,
                .origin = ratio,
                .meaning = "requested_bytes / bound_bytes",
                .better = Better::lower,
                .numerator = name::requested_bytes,
                .denominator = name::bound_bytes,
                .column = {6, "requested\n/ bound", CellText::times, 3}},
    MetricEntry{.name = name::cpi,
                .unit = "cycles per instruction",
                .stat = Stat::ratio,
                .origin = ratio,
                .meaning = "cycles / instructions",
                .better = Better::lower,
                .numerator = name::cycles,
                .denominator = name::instructions,
                .column = {8, "CPI", CellText::plain, 7}},
    MetricEntry{.name = name::llc_mpki,
                .unit = "per 1000 instructions",
                .stat = Stat::ratio,
                .origin = ratio,
                .meaning = "1000 · llc_misses / instructions",
                .better = Better::lower,
                .numerator = name::llc_misses,
                .denominator = name::instructions,
                .factor = 1000,
                .column = {9, "LLC\nMPKI", CellText::plain, 8}},
    MetricEntry{.name = name::requested_gbps,
                .unit = "GB/s, 10⁹ bytes",
                .stat = Stat::rate,
                .origin = ratio,
                .meaning = "requested_bytes / time_ns",
                .better = Better::higher,
                .numerator = name::requested_bytes,
                .denominator = name::time_ns},
    MetricEntry{.name = name::dram_gbps,
                .unit = "GB/s, 10⁹ bytes",
                .stat = Stat::rate,
                .origin = ratio,
                .meaning = "dram_bytes / time_ns; none for bytes modelled for another cache than this machine's",
                .better = Better::higher,
                .numerator = name::dram_bytes,
                .denominator = name::time_ns}, // bytes per ns are GB/s
    MetricEntry{.name = name::llc_misses,
                .unit = "lines",
                .origin = traffic,
                .meaning = "counted: the LLC-miss event; simulated: lines read into the cache",
                .better = Better::lower,
                .preset_event = true,
                .default_place = 3,
                .demanded = true,
                .kernels = reading,
                .counted_in = "lines",
                .compared = {"LLC misses", "has", "fewer LLC misses", "more LLC misses"}},
    MetricEntry{.name = name::instructions,
                .unit = "count",
                .meaning = "retired instructions",
                .better = Better::lower,
                .events = instructions_events,
                .default_place = 2,
                .demanded = true,
                .kernels = instruction_loop,
                .counted_in = "instructions",
                .compared = {"instructions", "executes", "fewer instructions", "more instructions", true}},
    MetricEntry{.name = name::cycles,
                .unit = "count",
                .meaning = "core cycles",
                .better = Better::lower,
                .events = cycles_events,
                .default_place = 1,
                .demanded = true,
                .no_kernel = "no kernel takes a known number of cycles",
                .compared = {"cycles", "takes", "fewer cycles", "more cycles", true}},
    MetricEntry{.name = name::task_clock_ns,
                .unit = "ns",
                .meaning = "CPU time of the workers",
                .better = Better::lower,
                .events = task_clock_events,
                .default_place = 4,
                .kernels = cpu_time,
                .counted_in = "ns of CPU time",
                .compared = {"CPU time", "uses", "less CPU time", "more CPU time", true}},
    MetricEntry{.name = name::page_faults,
                .unit = "count",
                .meaning = "kernel event: a worker touched a page that was not mapped",
                .better = Better::lower,
                .events = page_faults_events,
                .default_place = 5,
                .kernels = fresh_pages,
                .counted_in = "page faults",
                .compared = {"page faults", "has", "fewer page faults", "more page faults", true}},
    MetricEntry{.name = name::context_switches,
                .unit = "count",
                .meaning = "kernel event: a worker left its CPU to another thread",
                .better = Better::lower,
                .events = context_switches_events,
                .default_place = 6,
                .kernels = naps,
                .counted_in = "context switches"},
    MetricEntry{.name = name::cpu_migrations,
                .unit = "count",
                .meaning = "kernel event: a worker moved to another CPU",
                .better = Better::lower,
                .events = cpu_migrations_events,
                .default_place = 7,
                .no_kernel = "a pinned thread does not migrate"},
};

constexpr std::array gaps{
    MetricEntry{.name = name::gap_dram_read_bytes,
                .unit = "bytes",
                .origin = traffic,
                .meaning = "read at the memory controller between two steps; only with `--between use` or `evict`",
                .dram = Direction::read},
    MetricEntry{.name = name::gap_dram_write_bytes,
                .unit = "bytes",
                .origin = traffic,
                .meaning = "written at the memory controller between two steps; likewise",
                .dram = Direction::write},
};

template <class Holds>
std::vector<const MetricEntry*> those_that(Holds holds) {
    std::vector<const MetricEntry*> out;
    for (const MetricEntry& entry : metric_table)
        if (holds(entry)) out.push_back(&entry);
    return out;
}

/// Whether events feed it.
bool has_an_event(std::string_view metric) {
    const MetricEntry* entry = find_metric(metric);
    return entry != nullptr && entry->default_place != 0;
}

} // namespace

std::span<const MetricEntry> metrics() { return metric_table; }

const MetricEntry* find_metric(std::string_view name) {
    for (const MetricEntry& entry : metric_table) {
        if (entry.name == name) return &entry;
    }
    return nullptr;
}

std::span<const MetricEntry> gap_metrics() { return gaps; }

const MetricEntry* find_gap_metric(std::string_view name) {
    for (const MetricEntry& entry : gaps)
        if (entry.name == name) return &entry;
    return nullptr;
}

std::vector<const MetricEntry*> compared_metrics() {
    return those_that(
        [](const MetricEntry& entry) { return !entry.compared.subject.empty() && !entry.compared.programs_only; });
}

std::vector<const MetricEntry*> compared_metrics_of_programs() {
    return those_that(
        [](const MetricEntry& entry) { return !entry.compared.subject.empty() && entry.origin != computed; });
}

std::vector<const MetricEntry*> table_metrics() {
    auto columns = those_that([](const MetricEntry& entry) { return entry.column.place != 0; });
    std::sort(columns.begin(), columns.end(),
              [](const MetricEntry* a, const MetricEntry* b) { return a->column.place < b->column.place; });
    return columns;
}

std::vector<const MetricEntry*> default_metrics() {
    auto counted = those_that([](const MetricEntry& entry) { return entry.default_place != 0; });
    std::sort(counted.begin(), counted.end(),
              [](const MetricEntry* a, const MetricEntry* b) { return a->default_place < b->default_place; });
    return counted;
}

std::vector<const MetricEntry*> dram_metrics() {
    return those_that([](const MetricEntry& entry) { return entry.dram.has_value(); });
}

const MetricEntry& dram_metric(Direction direction) {
    const auto entry = std::find_if(metric_table.begin(), metric_table.end(),
                                    [&](const MetricEntry& each) { return each.dram == direction; });
    assert(entry != metric_table.end());
    return *entry;
}

bool is_dram_metric(std::string_view metric) {
    const MetricEntry* entry = find_metric(metric);
    return entry != nullptr && entry->dram.has_value();
}

bool rests_on_dram(const MetricEntry& metric) {
    return metric.dram.has_value() || is_dram_metric(metric.numerator) || is_dram_metric(metric.denominator);
}

bool divides_events(const MetricEntry& metric) {
    return has_an_event(metric.numerator) && has_an_event(metric.denominator);
}

bool is_divided_with_another_event(std::string_view metric) {
    return std::any_of(metric_table.begin(), metric_table.end(), [&](const MetricEntry& entry) {
        return divides_events(entry) && (entry.numerator == metric || entry.denominator == metric);
    });
}

} // namespace bytebound
