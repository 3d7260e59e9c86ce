#include "figures/summary.hpp"

#include <algorithm>
#include <utility>

#include "catalogue/flags.hpp"
#include "catalogue/metrics.hpp"
#include "figures/background.hpp"
#include "figures/comparisons.hpp"
#include "figures/imported_figures.hpp"
#include "figures/plausibility.hpp"
#include "figures/row_figures.hpp"
#include "figures/series.hpp"
#include "model/loop_facts.hpp"

namespace bytebound {
namespace {

void put_buffers(SummaryRow& row, const PhaseSamples& phase) {
    std::array<BufferTraffic, buffer_count> out;
    for (std::size_t i = 0; i < buffer_count; ++i) {
        const std::string name(name_of(static_cast<Buffer>(i)));
        const Series read = simulated_series(phase, name + "_read_bytes");
        const Series write = simulated_series(phase, name + "_write_bytes");
        const auto read_mean = point(read.samples(), Stat::mean);
        const auto write_mean = point(write.samples(), Stat::mean);
        if (!read_mean || !write_mean) {
            row.unavailable.emplace("by_buffer", read.reason.empty() ? write.reason : read.reason);
            return;
        }
        out[i] = {read_mean->value, write_mean->value};
    }
    row.by_buffer = out;
}

/// Whether the time has a trend over the repeats.
bool drifts(const ComparedRow& row) {
    const auto time = row.published.find(metric_name::time_ns);
    if (time == row.published.end()) return false;
    const auto p = trend_p_value(values_of_blocks(time->second.samples(), Stat::median));
    return p && *p < drift_below_p;
}

void put_flags(ComparedRow& compared, const PhaseSamples& phase) {
    SummaryRow& row = compared.row;
    for (const Sample* sample : phase.rows) {
        for (const std::string& flag : sample->flags)
            ++row.flagged_steps[flag];
        if (sample->pass == 0) row.steps += std::max(sample->batch, 1u);
    }
    if (row.stationary == false) row.flagged_steps.emplace(flag_name::not_stationary, 0);
    const auto rests_on_few = [](const auto& metric) {
        return metric.second.tier != Tier::computed && metric.second.estimate.blocks < few_blocks_below;
    };
    if (std::any_of(row.metrics.begin(), row.metrics.end(), rests_on_few))
        row.flagged_steps.emplace(flag_name::few_blocks, 0);
    if (drifts(compared)) row.flagged_steps.emplace(flag_name::drift, 0);
    for (const FlagEntry& flag : flags()) {
        if (row.flagged_steps.count(std::string(flag.name)) != 0) row.flags.emplace_back(flag.name);
    }
}

/// Number of hybrid's measured steps that rebuilt. A step that stored a number other than min_rows rebuilt; if m_after
/// and min_rows are equal, the rule k > tau·m_after decides. nullopt if the steps of one batch differ.
std::optional<std::uint64_t> rebuilt_steps(const PhaseSamples& phase) {
    const WorkloadRecord& workload = phase.run.workload;
    std::map<std::uint32_t, std::int64_t> active; ///< per repeat, after the last processed step
    std::uint64_t rebuilt = 0;
    for (const Sample* sample : phase.rows) {
        if (sample->pass != 0) continue;
        std::int64_t& rows =
            active.try_emplace(sample->repeat, phase.experiment.active_rows.value_or(workload.spec.active_rows))
                .first->second;
        rows += std::int64_t{sample->added} - std::int64_t{sample->removed};
        const bool by_rule = sample->k > workload.tau * static_cast<double>(rows);
        if (sample->batch > 1 && sample->rows_written != sample->min_rows && !by_rule) return std::nullopt;
        const bool all_rows = sample->rows_written == rows * sample->batch;
        if (sample->rows_written != sample->min_rows || (all_rows && by_rule)) rebuilt += sample->batch;
    }
    return rebuilt;
}

void put_identity(SummaryRow& row, const PhaseSamples& phase) {
    const ExperimentRecord& experiment = phase.experiment;
    row.loop = experiment.loop;
    row.k = experiment.k;
    row.k_requested = experiment.k_requested;
    row.stationary = experiment.stationary;
    if (const std::string untraced = why_no_trace(phase.run.subject.kind); !untraced.empty()) {
        row.unavailable.emplace("stationary", untraced);
        row.unavailable.emplace("expected", untraced);
        return;
    }
    if (!row.stationary) {
        row.unavailable.emplace("stationary",
                                experiment.stationary_reason.empty() ? "not judged" : experiment.stationary_reason);
    }
    row.expected = experiment.closed_form;
    if (!row.expected)
        row.unavailable.emplace("expected", experiment.closed_form_reason.empty()
                                                ? "this run does not record an expectation"
                                                : experiment.closed_form_reason);
    double added = 0, removed = 0, steps = 0;
    for (const Sample* sample : phase.rows) {
        if (sample->pass != 0) continue;
        added += sample->added;
        removed += sample->removed;
        steps += std::max(sample->batch, 1u);
    }
    row.added = added / steps;
    row.removed = removed / steps;
    if (stored_rows(row.loop) == StoredRows::depends) row.index_steps = rebuilt_steps(phase);
}

/// Replaces readings that no machine can produce by reasons.
void withhold_impossible(SourceTable& sources) {
    withhold_impossible_ipc(sources.find(metric_name::instructions)->second, sources.find(metric_name::cycles)->second);
    const Series& time = sources.find(metric_name::time_ns)->second.front();
    for (const MetricEntry* metric : dram_metrics())
        withhold_impossible_traffic(sources.find(metric->name)->second, time);
}

/// An event under its own name; without values if the metric that it feeds lost them.
Series raw_series(const PhaseSamples& phase, std::size_t event, const SourceTable& sources) {
    Series series = event_series(phase, event, true);
    const auto metric = sources.find(phase.run.events[event].role);
    if (metric == sources.end()) return series;
    for (const Series& of_role : metric->second) {
        if (of_role.source != series.source || of_role.pass != series.pass || !of_role.empty()) continue;
        series.values.clear();
        series.reason = of_role.reason;
    }
    return series;
}

ComparedRow make_row(const PhaseSamples& phase, const std::vector<std::string>& keys) {
    ComparedRow out;
    SummaryRow& row = out.row;
    put_identity(row, phase);
    if (const auto bound = point(computed_series(phase, metric_name::bound_bytes).samples(), Stat::mean))
        row.bound_bytes = bound->value;
    SourceTable sources;
    for (const MetricEntry& metric : metrics()) {
        if (metric.origin == MetricOrigin::ratio) continue;
        std::vector<Series> found;
        switch (metric.origin) {
        case MetricOrigin::clock: found.push_back(time_series(phase)); break;
        case MetricOrigin::computed: found.push_back(computed_series(phase, metric.name)); break;
        case MetricOrigin::counted: found = sources_of(phase, metric.name, false); break;
        default: found = sources_of(phase, metric.name, true); break;
        }
        sources.emplace(metric.name, std::move(found));
    }
    withhold_impossible(sources);
    for (const MetricEntry& metric : metrics())
        if (metric.origin != MetricOrigin::ratio)
            put_sources(out, phase, metric.name, sources.find(metric.name)->second, metric.stat);
    const Figure* requested = row.find(metric_name::requested_bytes);
    if (requested != nullptr) row.requested_bytes = requested->value();
    for (const MetricEntry& metric : metrics()) {
        if (metric.origin == MetricOrigin::ratio) put_ratio(out, phase, metric, sources);
    }
    for (const std::string& key : keys) {
        if (find_metric(key) != nullptr) continue;
        std::vector<Series> found;
        for (std::size_t i = 0; i < phase.run.events.size(); ++i) {
            if (phase.run.events[i].name == key) found.push_back(raw_series(phase, i, sources));
        }
        if (const MetricEntry* gap = find_gap_metric(key)) found = gap_sources_of(phase, *gap);
        put_sources(out, phase, key, found, Stat::mean);
    }
    put_buffers(row, phase);
    put_flags(out, phase);
    if (const std::string untraced = why_no_trace(phase.run.subject.kind); !untraced.empty()) {
        row.unavailable.emplace("ledger", untraced);
        row.unavailable.emplace("ceilings", untraced);
        return out;
    }
    put_ledger(row, phase);
    put_ceilings(row, phase.run); // after the counts of steps
    return out;
}

std::vector<std::string> metric_keys(const RunRecord& run, const SampleTable& samples) {
    std::vector<std::string> keys;
    const auto add = [&keys](std::string_view name) {
        if (std::find(keys.begin(), keys.end(), name) == keys.end()) keys.emplace_back(name);
    };
    for (const MetricEntry& metric : metrics())
        add(metric.name);
    for (const MetricEntry& gap : gap_metrics()) {
        const bool present =
            std::find(samples.simulated.begin(), samples.simulated.end(), gap.name) != samples.simulated.end();
        if (present || (!run.workload.between.empty() && run.workload.between != "none")) add(gap.name);
    }
    for (const EventRecord& event : run.events)
        add(event.name);
    return keys;
}

/// Experiments by k in the order of the run, then by loop in the user's order.
std::vector<const ExperimentRecord*> ordered(const RunRecord& run) {
    std::vector<std::uint32_t> ks;
    std::vector<const ExperimentRecord*> out;
    for (const ExperimentRecord& experiment : run.experiments) {
        if (std::find(ks.begin(), ks.end(), experiment.k) == ks.end()) ks.push_back(experiment.k);
        out.push_back(&experiment);
    }
    const auto rank = [&](const ExperimentRecord* experiment) {
        const auto& loops = run.workload.loops;
        return std::pair(std::find(ks.begin(), ks.end(), experiment->k) - ks.begin(),
                         std::find(loops.begin(), loops.end(), experiment->loop) - loops.begin());
    };
    std::stable_sort(out.begin(), out.end(), [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
    return out;
}

} // namespace

const Figure* SummaryRow::find(std::string_view metric) const {
    const auto at = metrics.find(metric);
    return at == metrics.end() ? nullptr : &at->second;
}

const SummaryRow* Summary::find(std::string_view loop, std::uint32_t k) const {
    for (const SummaryRow& row : rows) {
        if (row.loop == loop && row.k == k) return &row;
    }
    return nullptr;
}

const Comparison* Summary::compare(std::uint32_t k, std::string_view loop, std::string_view vs,
                                   std::string_view metric) const {
    for (const Comparison& each : comparisons) {
        if (each.k == k && each.loop == loop && each.vs == vs && each.metric == metric) return &each;
    }
    return nullptr;
}

std::vector<std::uint32_t> Summary::ks() const {
    std::vector<std::uint32_t> out;
    for (const SummaryRow& row : rows) {
        if (std::find(out.begin(), out.end(), row.k) == out.end()) out.push_back(row.k);
    }
    return out;
}

ComparableRun summarize_for_comparison(const RunRecord& run, const SampleTable& samples,
                                       const SampleTable* background) {
    if (samples.imported) return imported_summary(run, *samples.imported);
    Summary out;
    out.subject = run.subject.kind;
    out.metrics = metric_keys(run, samples);
    out.dropped_rows = samples.dropped_rows;
    std::vector<ComparedRow> rows;
    for (const ExperimentRecord* experiment : ordered(run)) {
        PhaseSamples phase{run, *experiment, samples, {}, background};
        bool measured = false;
        for (const Sample& sample : samples.rows) {
            if (sample.loop != experiment->loop || sample.k != experiment->k) continue;
            phase.rows.push_back(&sample);
            measured = measured || sample.pass == 0;
        }
        if (!measured) {
            out.missing.push_back(row_name(experiment->loop, experiment->k));
            continue;
        }
        rows.push_back(make_row(phase, out.metrics));
    }
    for (const ComparedRow& row : rows)
        out.rows.push_back(row.row);
    out.same_within = run.same_within;
    if (equal_exit_codes(run.subject)) put_comparisons(out, rows);
    if (out.subject == Subject::loops) {
        out.regressions = regressions(run, out);
        out.crossover = crossover(run, out);
    }
    return {std::move(out), std::move(rows)};
}

Summary summarize(const RunRecord& run, const SampleTable& samples, const SampleTable* background) {
    return summarize_for_comparison(run, samples, background).summary;
}

std::optional<RunFigure> run_figure(const ComparedRow& row, std::string_view metric) {
    if (row.row.find(metric) == nullptr) return std::nullopt;
    if (const auto ratio = row.ratios.find(metric); ratio != row.ratios.end()) return ratio->second;
    const auto series = row.published.find(metric);
    if (series == row.published.end()) return std::nullopt;
    return RunFigure{series->second.samples(), deviation_of_subtracted(series->second)};
}

} // namespace bytebound
