#include "figures/regressions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "figures/summary.hpp"
#include "model/loop_facts.hpp"

namespace bytebound {
namespace {

/// Empty if every step of the loop stored min_rows rows; else why not.
std::string why_not_minimal(const Summary& summary, const std::string& loop) {
    const auto stored = stored_rows(loop);
    if (!stored) return "the loop's stores are its own";
    if (*stored == StoredRows::all) return "a rebuild stores m rows whatever k is";
    for (const SummaryRow& row : summary.rows)
        if (row.loop == loop && *stored == StoredRows::depends && row.index_steps.value_or(1) > 0)
            return "some steps were rebuilds";
    return {};
}

/// Why a step's memory traffic includes more than whole rows; empty if it does not.
std::string why_not_of_rows_alone(const RunRecord& run) {
    if (!run.workload.between.empty() && run.workload.between != "none")
        return "work between two steps moves rows, too";
    const std::uint32_t line_bytes = run.simulation ? run.simulation->geometry.line_bytes : 64;
    for (const RowGroup& group : run.workload.layout.groups)
        if (group.row_bytes % line_bytes != 0) return "rows share cache lines with their neighbours";
    return {};
}

/// With at most this share of the cache, the rows between a prefetch and its copy stay in their sets.
constexpr double window_of_cache = 1.0 / 16;

/// Whether lines that were prefetched may be gone when their row is copied: source and destination of the window's rows
/// do not certainly fit the simulated cache.
bool may_fetch_twice(const RunRecord& run, const ExperimentRecord& row) {
    const auto copy = copy_method_named(row.copy_method);
    if (!copy || copy->kind != CopyMethod::prefetch || !run.simulation) return false;
    const double window = 2.0 * (ahead_of(*copy).rows + 1) * static_cast<double>(run.workload.layout.row_bytes());
    return window > window_of_cache * static_cast<double>(run.simulation->geometry.size_bytes);
}

/// Bytes read per byte of a copied row, depending on the kind of store; else why that is not known. A loop that chooses
/// its method may copy differently at each k of the line.
void put_read_theory(Regression& line, const RunRecord& run) {
    bool past_caches = false, ordinary = false, strings = false, twice = false;
    for (const ExperimentRecord& each : run.experiments) {
        if (each.loop != line.loop || std::find(line.ks.begin(), line.ks.end(), each.k) == line.ks.end()) continue;
        (each.copy_method == "nt" ? past_caches : ordinary) = true;
        strings = strings || each.copy_method == "movsb";
        twice = twice || may_fetch_twice(run, each);
    }
    // The model's stores are ordinary ones whatever method a trial chose among those.
    if (chose_copies(line.loop) && line.source == source_name::sim) strings = false;
    if (past_caches && ordinary)
        line.theory_reason = "its trial chose non-temporal stores at some k, and ordinary ones at others";
    else if (twice)
        line.theory_reason = "prefetched lines may leave the small cache before their row is copied";
    else if (strings)
        line.theory_reason = "rep movsb may store whole lines without reading them";
    else
        line.theory = past_caches ? 1 : 2;
}

void put_theory(Regression& line, const RunRecord& run, const Summary& summary) {
    line.theory_reason = why_not_minimal(summary, line.loop);
    if (!line.theory_reason.empty()) return;
    if (line.y == metric_name::requested_bytes) {
        line.theory = 2;
        return;
    }
    line.theory_reason = why_not_of_rows_alone(run);
    if (!line.theory_reason.empty()) return;
    if (!run.simulation) {
        line.theory_reason = "the size of the LLC is not known without a simulation";
        return;
    }
    const double footprint =
        static_cast<double>(run.workload.spec.active_rows) * static_cast<double>(run.workload.layout.row_bytes());
    const double cache = static_cast<double>(run.simulation->geometry.size_bytes);
    if (footprint < theory_from_footprint * cache) {
        const double share = footprint / cache;
        line.theory_reason =
            fmt::format("rows are found in the LLC: m*S is {}, {} x its {}", format_size(footprint),
                        share < 0.01 ? "less than 0.01" : fmt::format("{:.2g}", share), format_size(cache));
        return;
    }
    if (line.y == metric_name::dram_write_bytes)
        line.theory = 1;
    else
        put_read_theory(line, run);
}

/// The row's value of one metric, from `source` if given.
std::optional<double> value_of(const SummaryRow& row, std::string_view metric) {
    if (metric == metric_name::bound_bytes) return row.bound_bytes;
    const Figure* figure = row.find(metric);
    return figure == nullptr ? std::nullopt : std::optional(figure->value());
}

std::optional<Regression> regression(const RunRecord& run, const Summary& summary, const std::string& loop,
                                     const MetricEntry& y_axis) {
    Regression line{loop, std::string(y_axis.name), std::string(y_axis.fitted_over), {}, {}, {}, {}, {}, {}};
    std::vector<double> x, y;
    for (const SummaryRow& row : summary.rows) {
        const Figure* figure = row.find(y_axis.name);
        const auto at = value_of(row, y_axis.fitted_over);
        if (row.loop != loop || figure == nullptr || !at) continue;
        if (line.ks.empty()) line.source = figure->source, line.tier = figure->tier;
        if (figure->source != line.source) continue; // points of different sources do not form a line
        line.tier = combine(line.tier, figure->tier);
        line.ks.push_back(row.k);
        x.push_back(*at);
        y.push_back(figure->value());
    }
    auto fit = fit_line(x, y);
    if (!fit) return std::nullopt;
    line.fit = std::move(*fit);
    put_theory(line, run, summary);
    return line;
}

} // namespace

std::vector<Regression> regressions(const RunRecord& run, const Summary& summary) {
    std::vector<std::string> loops;
    for (const SummaryRow& row : summary.rows)
        if (std::find(loops.begin(), loops.end(), row.loop) == loops.end()) loops.push_back(row.loop);
    std::vector<Regression> out;
    for (const std::string& loop : loops)
        for (const MetricEntry& metric : metrics()) {
            if (metric.fitted_over.empty()) continue;
            if (auto line = regression(run, summary, loop, metric)) out.push_back(std::move(*line));
        }
    return out;
}

} // namespace bytebound
