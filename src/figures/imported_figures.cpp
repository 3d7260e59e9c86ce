#include "figures/imported_figures.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "catalogue/flags.hpp"
#include "catalogue/metrics.hpp"
#include "figures/row_figures.hpp"

namespace bytebound {
namespace {

/// The numbers of one metric in one row of the summary.
struct ImportedSeries {
    Series series;
    std::uint64_t n = 0; ///< observations behind the values; 0: a file does not say
    bool n_known = true;
    bool aggregated = false; ///< the values are means or medians of the source
    bool medians = false;
    Stat stat = Stat::mean;
};

using ByMetric = std::map<std::string, ImportedSeries, std::less<>>;

std::string tool_of(const RunRecord& run) { return run.subject.imported ? run.subject.imported->tool : std::string(); }

void take(ImportedSeries& into, const ImportedSample& row, const ImportedSamples& samples) {
    const Series::Key key{row.repeat, row.step};
    if (!row.value) {
        into.series.excluded.insert(key);
        if (into.series.reason.empty()) into.series.reason = samples.reasons[row.reason];
        return;
    }
    into.series.tier = into.series.values.empty() ? row.tier : combine(into.series.tier, row.tier);
    into.series.values[key] = *row.value;
    into.aggregated = into.aggregated || row.stat != ImportedStat::value;
    into.n += row.n;
    into.n_known = into.n_known && row.n != 0;
    into.medians = into.medians || row.stat == ImportedStat::median;
}

/// The rows of each row of the summary, by its name.
using ByName = std::map<std::string, std::vector<const ImportedSample*>, std::less<>>;
ByName by_name(const ImportedSamples& samples) {
    std::vector<std::vector<const ImportedSample*>*> of_subject;
    ByName out;
    for (const ImportedSubject& subject : samples.subjects)
        of_subject.push_back(&out[row_name(subject)]);
    for (const ImportedSample& row : samples.rows)
        of_subject[row.subject]->push_back(&row);
    return out;
}

ByMetric series_of(const RunRecord& run, const ImportedSamples& samples,
                   const std::vector<const ImportedSample*>& rows) {
    ByMetric out;
    for (const ImportedSample* row : rows) {
        const ImportedMetric& metric = samples.metrics[row->metric];
        ImportedSeries& series = out[metric.name];
        if (series.series.source.empty()) {
            series.series.source = tool_of(run);
            const MetricEntry* entry = find_metric(metric.name);
            series.stat = entry == nullptr ? Stat::mean : entry->stat;
        }
        take(series, *row, samples);
    }
    for (auto& [name, series] : out)
        // A mean of the source stays one, whatever the metric is summarised by otherwise.
        if (series.aggregated) series.stat = series.medians ? Stat::median : Stat::mean;
    return out;
}

ImportedSeries absent_series(const RunRecord& run, const MetricEntry& metric) {
    ImportedSeries out;
    out.series.reason = metric.origin == MetricOrigin::computed
                            ? why_no_trace(Subject::imported)
                            : fmt::format("the files of {} do not contain it", tool_of(run));
    out.stat = metric.stat;
    return out;
}

/// Read and written bytes as DRAM bytes, if the source has both and no total.
void add_totals(ByMetric& series, const RunRecord& run) {
    for (const MetricEntry& metric : metrics()) {
        if (metric.addends[0].empty() || series.contains(metric.name)) continue;
        const auto a = series.find(metric.addends[0]), b = series.find(metric.addends[1]);
        if (a == series.end() || b == series.end()) continue;
        ImportedSeries sum = absent_series(run, metric);
        sum.series = sum_of(a->second.series, b->second.series);
        sum.n = a->second.n;
        sum.n_known = a->second.n_known && b->second.n_known && a->second.n == b->second.n;
        sum.aggregated = a->second.aggregated || b->second.aggregated;
        series.emplace(metric.name, std::move(sum));
    }
}

void put_metric(ComparedRow& out, const PhaseSamples& phase, const std::string& name, const ImportedSeries& imported) {
    std::vector<Series> sources{imported.series};
    put_sources(out, phase, name, sources, imported.stat);
    const auto figure = out.row.metrics.find(name);
    if (figure != out.row.metrics.end() && imported.n_known && imported.n != 0) figure->second.estimate.n = imported.n;
}

void put_imported_flags(SummaryRow& row) {
    const bool few = std::any_of(row.metrics.begin(), row.metrics.end(), [](const auto& metric) {
        return metric.second.tier != Tier::computed && metric.second.estimate.blocks < few_blocks_below;
    });
    if (few) row.flagged_steps.emplace(flag_name::few_blocks, 0);
    for (const FlagEntry& flag : flags())
        if (row.flagged_steps.contains(std::string(flag.name))) row.flags.emplace_back(flag.name);
}

ComparedRow imported_row(const PhaseSamples& phase, ByMetric series, const std::vector<std::string>& keys) {
    ComparedRow out;
    out.row.loop = phase.experiment.loop;
    out.row.k = out.row.k_requested = no_k;
    for (const char* part : {"stationary", "expected", "by_buffer", "ledger", "ceilings"})
        out.row.unavailable.emplace(part, why_no_trace(Subject::imported));
    add_totals(series, phase.run);
    SourceTable sources;
    for (const MetricEntry& metric : metrics()) {
        if (metric.origin == MetricOrigin::ratio) continue;
        const auto found = series.find(metric.name);
        const ImportedSeries imported = found == series.end() ? absent_series(phase.run, metric) : found->second;
        put_metric(out, phase, std::string(metric.name), imported);
        sources.emplace(metric.name, std::vector<Series>{imported.series});
    }
    for (const MetricEntry& metric : metrics())
        if (metric.origin == MetricOrigin::ratio) put_ratio(out, phase, metric, sources);
    for (const std::string& key : keys) {
        if (find_metric(key) != nullptr) continue;
        const auto found = series.find(key);
        if (found != series.end())
            put_metric(out, phase, key, found->second);
        else
            out.row.unavailable.emplace(
                key, fmt::format("the files of {} do not contain it for this row", tool_of(phase.run)));
    }
    std::set<Series::Key> steps;
    for (const auto& [name, each] : series)
        for (const auto& [key, value] : each.series.values)
            steps.insert(key);
    out.row.steps = steps.size();
    put_imported_flags(out.row);
    return out;
}

} // namespace

ComparableRun imported_summary(const RunRecord& run, const ImportedSamples& samples) {
    Summary out;
    out.subject = Subject::imported;
    for (const MetricEntry& metric : metrics())
        out.metrics.emplace_back(metric.name);
    for (const ImportedMetric& metric : samples.metrics)
        if (find_metric(metric.name) == nullptr) out.metrics.push_back(metric.name);
    std::vector<ComparedRow> rows;
    const SampleTable no_steps;
    const ByName rows_by_name = by_name(samples);
    for (const ExperimentRecord& experiment : run.experiments) {
        const auto found = rows_by_name.find(experiment.loop);
        if (found == rows_by_name.end()) {
            out.missing.push_back(experiment.loop);
            continue;
        }
        rows.push_back(imported_row({run, experiment, no_steps, {}, nullptr}, series_of(run, samples, found->second),
                                    out.metrics));
    }
    for (const ComparedRow& row : rows)
        out.rows.push_back(row.row);
    out.same_within = run.same_within;
    put_comparisons(out, rows);
    return {std::move(out), std::move(rows)};
}

} // namespace bytebound
