#pragma once
// The figures of a step that the summary publishes under fixed names.

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "counters/memory_counter.hpp"
#include "stats/estimate.hpp"

namespace bytebound {

/// The names of metrics() and gap_metrics(), for code that refers to one of them.
namespace metric_name {
inline constexpr std::string_view time_ns = "time_ns", bound_bytes = "bound_bytes", min_bytes = "min_bytes",
                                  rows_written = "rows_written", requested_bytes = "requested_bytes",
                                  metadata_bytes = "metadata_bytes", dram_read_bytes = "dram_read_bytes",
                                  dram_write_bytes = "dram_write_bytes", dram_bytes = "dram_bytes",
                                  amplification = "amplification", requested_ratio = "requested_ratio", cpi = "cpi",
                                  llc_mpki = "llc_mpki", requested_gbps = "requested_gbps", dram_gbps = "dram_gbps",
                                  llc_misses = "llc_misses", instructions = "instructions", cycles = "cycles",
                                  task_clock_ns = "task_clock_ns", page_faults = "page_faults",
                                  context_switches = "context_switches", cpu_migrations = "cpu_migrations",
                                  gap_dram_read_bytes = "gap_dram_read_bytes",
                                  gap_dram_write_bytes = "gap_dram_write_bytes";
} // namespace metric_name

/// How a metric of the summary is computed from the raw steps.
enum class MetricOrigin {
    clock,    ///< time_ns of pass 0
    computed, ///< derived exactly from the trace
    counted,  ///< an event with this role
    traffic,  ///< an event with this role, else the simulation's column of this name
    ratio,    ///< of two other metrics
};

enum class Better { neither, lower, higher };

/// A kernel that does a known amount of work, to qualify the counters of a metric.
enum class TruthKernel { instructions, fresh_pages, naps, cpu_time, read, store, nontemporal_store, copy };

/// How a figure is formatted in a table cell.
enum class CellText { microseconds, kib, times, plain };

/// A column of the report's main table.
struct TableColumn {
    int place = 0; ///< from 1; 0: the table does not have this column
    std::string_view title = {};
    CellText text = CellText::plain;
    int rank = 0; ///< a narrow terminal leaves out the columns of the highest rank first; 0: never
};

/// A chart over k, with one line per loop.
struct MetricChart {
    std::string_view title = {}; ///< empty: no chart
    std::string_view unit = {};
    double divisor = 1;      ///< converts the metric's unit to the chart's
    bool with_bound = false; ///< the bound is drawn with the loops
};

/// "paired VERB 2x BETTER than index"; if the difference is not significant, the sentence uses SUBJECT.
struct ComparedWords {
    std::string_view subject = {}; ///< empty: loops are not compared by this metric
    std::string_view verb = {}, better = {}, worse = {};
    bool programs_only = false; ///< loops are not compared by it
};

/// One row of the constant table of metrics; the order is that of summary.csv.
struct MetricEntry {
    std::string_view name;
    std::string_view unit; ///< as printed in the documentation; "–": none
    Stat stat = Stat::mean;
    MetricOrigin origin = MetricOrigin::counted;
    std::string_view meaning; ///< one sentence for the documentation
    Better better = Better::neither;
    // ratio: factor * sum(numerator) / sum(denominator), or for a rate mean(numerator) / median(denominator)
    std::string_view numerator = {}, denominator = {};
    double factor = 1;
    /// Two metrics that add up to this one for a source that does not count it as a whole.
    std::array<std::string_view, 2> addends = {};
    std::string_view noun = {}; ///< "DRAM bytes read", for sentences
    /// The direction of DRAM bytes; nullopt: not a metric of DRAM bytes.
    std::optional<Direction> dram = {};

    /// Names of events that feed it, without modifiers; the first is counted by default.
    std::span<const std::string_view> events = {};
    bool preset_event = false; ///< the preset provides the event
    int default_place = 0;     ///< position of its event among those counted by default, from 1; 0: not among them
    bool demanded = false;     ///< --strict without --events requires that it is counted
    /// The kernels of known truth, and their work in the unit of its counters ("page faults").
    std::span<const TruthKernel> kernels = {};
    std::string_view counted_in = {};
    std::string_view no_kernel = {}; ///< why there is no kernel, if that needs an explanation

    TableColumn column = {};
    MetricChart chart = {};
    ComparedWords compared = {};
    std::string_view fitted_over = {}; ///< the metric for the x axis of a line fitted through the ks; empty: none
};
std::span<const MetricEntry> metrics();
const MetricEntry* find_metric(std::string_view name);

/// Metrics that exist only with --between use|evict: gap_dram_read_bytes, gap_dram_write_bytes.
std::span<const MetricEntry> gap_metrics();
/// Null if it is not one of them.
const MetricEntry* find_gap_metric(std::string_view name);

/// Metrics that loops are compared by, most informative first.
std::vector<const MetricEntry*> compared_metrics();
/// Metrics that whole programs are compared by: the same, and what their whole run counts. None follows from a trace.
std::vector<const MetricEntry*> compared_metrics_of_programs();
/// Columns of the main table, from left to right.
std::vector<const MetricEntry*> table_metrics();
/// Metrics whose events are counted by default, in the order of the events.
std::vector<const MetricEntry*> default_metrics();
/// Metrics of bytes that cross the memory controllers.
std::vector<const MetricEntry*> dram_metrics();
/// The metric of bytes that move in this direction.
const MetricEntry& dram_metric(Direction direction);
/// Whether the metric of this name is DRAM bytes.
bool is_dram_metric(std::string_view metric);
/// Whether the metric is DRAM bytes, or a ratio that involves them.
bool rests_on_dram(const MetricEntry& metric);
/// Whether the metric is a ratio of two event metrics.
bool divides_events(const MetricEntry& metric);
/// Whether the counters of this metric must run together with another metric's, because a ratio divides the two.
bool is_divided_with_another_event(std::string_view metric);

} // namespace bytebound
