#include "evidence/run_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "figures/comparisons.hpp"

namespace bytebound {
namespace {

/// Significance of a verdict among all of a comparison, after Holm.
constexpr double significant_below_p = 0.05;

RunIdentity identity_of(const RunEvidence& evidence) {
    const RunRecord& run = evidence.run;
    return {evidence.path, run.host, run.started, run.version, run.git_revision, evidence.summary.files_caveat};
}

const ExperimentRecord* experiment_of(const RunRecord& run, const SummaryRow& row) {
    for (const ExperimentRecord& each : run.experiments)
        if (each.loop == row.loop && each.k == row.k) return &each;
    return nullptr;
}

/// The blocks that both have: of equal traces, the same segments.
void keep_common_blocks(Samples& a, Samples& b) {
    const std::size_t blocks = std::min(a.numerator.size(), b.numerator.size());
    for (Samples* each : {&a, &b}) {
        each->numerator.resize(blocks);
        if (!each->denominator.empty()) each->denominator.resize(blocks);
    }
}

std::string why_null(const SummaryRow& row, const std::string& metric) {
    const auto why = row.unavailable.find(metric);
    return why == row.unavailable.end() ? "this run does not count it" : why->second;
}

Stat stat_of(const std::string& metric) {
    const MetricEntry* entry = find_metric(metric);
    return entry == nullptr ? Stat::mean : entry->stat;
}

/// A verdict of stats/ is about figures where more is better.
Verdict for_direction(Verdict of_ratio, Better better) {
    if (better == Better::higher || of_ratio == Verdict::same || of_ratio == Verdict::unresolved) return of_ratio;
    return of_ratio == Verdict::better ? Verdict::worse : Verdict::better;
}

/// Both runs at one loop and k.
struct RowPair {
    const RunEvidence &base, &head;
    const ComparedRow &base_row, &head_row;
    const ExperimentRecord &base_experiment, &head_experiment;
    bool same_workload = false;

    bool equal_traces() const {
        return same_workload && same_steps(base.run, base_experiment, head.run, head_experiment);
    }
};

/// Why two figures are not compared; empty if they are.
std::string why_not_compared(const MetricComparison& row, const RowPair& pair) {
    if (!row.base || !row.head)
        return fmt::format("null in {}: {}", !row.base ? "base" : "head",
                           why_null(!row.base ? pair.base_row.row : pair.head_row.row, row.metric));
    if (row.base->tier != row.head->tier)
        return fmt::format("unlike tiers: {} in base, {} in head", name_of(row.base->tier), name_of(row.head->tier));
    if (row.base->source != row.head->source)
        return fmt::format("unlike sources: {} in base, {} in head", row.base->source, row.head->source);
    if (row.base->tier == Tier::simulated)
        return why_unlike_simulations(pair.base.run, pair.base_experiment, pair.head.run, pair.head_experiment);
    return {};
}

void put_exact_verdict(MetricComparison& row, Better better) {
    if (row.ratio) {
        row.verdict = for_direction(judge_by_value(*row.ratio), better);
    } else if (row.head->value() == row.base->value()) {
        row.verdict = Verdict::same;
    } else {
        const Verdict more = row.head->value() > row.base->value() ? Verdict::better : Verdict::worse;
        row.verdict = for_direction(more, better);
    }
}

std::string why_without_interval(const MetricComparison& row) {
    if (row.base->value() == 0) return "base is 0, so there is no ratio";
    for (const auto& [run, figure] : {std::pair("base", &*row.base), std::pair("head", &*row.head)})
        if (figure->estimate.blocks < 2) return fmt::format("{} has one repeat, hence no interval", run);
    return "the ratio has no interval";
}

/// From the interval, before p values are adjusted.
void put_verdict(MetricComparison& row, Better better, double same_within) {
    if (row.exact) {
        put_exact_verdict(row, better);
    } else if (!row.ratio || !row.ratio->ci_low) {
        row.reason = why_without_interval(row);
        return;
    } else {
        row.verdict = for_direction(judge(*row.ratio, same_within), better);
        if (row.verdict == Verdict::unresolved) row.reason = "the 95% interval includes 1";
    }
    if (better != Better::neither || row.verdict == Verdict::same || row.verdict == Verdict::unresolved) return;
    row.verdict = Verdict::unresolved;
    row.reason = "it differs, but neither direction is better";
}

/// Whether the machine has a part in a figure. A model of it has none.
bool is_measured(const Figure& figure) {
    return figure.tier != Tier::computed && figure.tier != Tier::simulated && figure.tier != Tier::emulated;
}

/// The interval with what earlier runs differ by.
void widen(MetricComparison& row, const RunFigure& base, const RunFigure& head, const EarlierRuns& earlier,
           HistoryUse& use) {
    if (!earlier.spread || !row.ratio || !row.ratio->ci_low || !is_measured(*row.base)) return;
    const RunToRun spread = earlier.spread(row.loop, row.k, row.metric, *row.base);
    ++use.rows;
    use.runs = std::max(use.runs, spread.runs);
    use.freedom = std::max(use.freedom, spread.freedom());
    if (spread.freedom() < least_run_to_run_freedom) return;
    const auto wide = compare_runs(base, head, stat_of(row.metric), &spread);
    if (!wide || *wide == *row.ratio) return;
    ++use.widened;
    row.widening = Widening{spread, *row.ratio};
    row.ratio = wide;
}

MetricComparison compare_metric(const RowPair& pair, const std::string& metric, double same_within,
                                const EarlierRuns& earlier, HistoryUse& use) {
    const auto figure_of = [&metric](const ComparedRow& row) {
        const Figure* figure = row.row.find(metric);
        return figure == nullptr ? std::nullopt : std::optional(*figure);
    };
    MetricComparison row;
    row.loop = pair.base_row.row.loop;
    row.k = pair.base_row.row.k;
    row.metric = metric;
    row.base = figure_of(pair.base_row);
    row.head = figure_of(pair.head_row);
    row.reason = why_not_compared(row, pair);
    if (!row.reason.empty()) return row;
    auto base = run_figure(pair.base_row, metric), head = run_figure(pair.head_row, metric);
    if (!base || !head) {
        row.reason = "its steps are not known";
        return row;
    }
    row.exact = follows_from_trace(pair.base_row.row, metric) && follows_from_trace(pair.head_row.row, metric) &&
                pair.equal_traces();
    if (row.exact) {
        keep_common_blocks(base->samples, head->samples);
        row.ratio = compare_points(base->samples, head->samples, stat_of(metric));
    } else {
        row.ratio = compare_runs(*base, *head, stat_of(metric));
    }
    if (row.ratio && !std::isfinite(row.ratio->ratio)) row.ratio.reset();
    if (!row.exact) widen(row, *base, *head, earlier, use);
    const MetricEntry* entry = find_metric(metric);
    put_verdict(row, entry == nullptr ? Better::neither : entry->better, same_within);
    return row;
}

/// Holm over all rows that a test applies to. What is not significant among so many is not resolved.
void adjust_verdicts(std::vector<MetricComparison>& rows) {
    std::vector<MetricComparison*> tested;
    std::vector<double> p_values;
    for (MetricComparison& row : rows) {
        if (!row.ratio || !row.ratio->p_value) continue;
        tested.push_back(&row);
        p_values.push_back(*row.ratio->p_value);
    }
    const std::vector<double> adjusted = holm_adjusted(p_values);
    for (std::size_t i = 0; i < tested.size(); ++i) {
        MetricComparison& row = *tested[i];
        row.p_adjusted = adjusted[i];
        const bool decided = row.verdict == Verdict::better || row.verdict == Verdict::worse;
        if (!decided || adjusted[i] < significant_below_p) continue;
        row.verdict = Verdict::unresolved;
        row.reason =
            fmt::format("not significant among {} comparisons (adjusted p {:.2g})", tested.size(), adjusted[i]);
    }
}

/// Drops metrics that are null in both runs at every loop and k, and keeps the reason.
void set_absent_aside(RunComparison& out, const std::vector<std::string>& metrics, const RunEvidence& base) {
    for (const std::string& metric : metrics) {
        const auto is_null = [&](const MetricComparison& row) {
            return row.metric == metric && !row.base && !row.head;
        };
        const auto of_metric = [&](const MetricComparison& row) { return row.metric == metric; };
        const auto all = std::count_if(out.rows.begin(), out.rows.end(), of_metric);
        if (all == 0 || std::count_if(out.rows.begin(), out.rows.end(), is_null) != all) continue;
        out.absent.push_back({metric, why_null(base.rows.front().row, metric)});
        std::erase_if(out.rows, of_metric);
    }
}

/// Two runs were not interleaved, so that the machine may have changed between them.
std::string note_of_drift(const std::optional<HistoryUse>& history, const std::vector<MetricComparison>& rows) {
    const std::string drift =
        "the runs were not interleaved: drift of the machine between them is not in the intervals";
    if (!history || history->rows == 0) return drift;
    if (history->widened == 0)
        return fmt::format(
            "{} (that takes {} earlier runs of one version on this host; the history has {} that are like "
            "these)",
            drift, least_run_to_run_freedom + 1, history->runs);
    double least = std::numeric_limits<double>::infinity(), most = 0;
    for (const MetricComparison& row : rows) {
        if (!row.widening) continue;
        const double percent = 100 * std::sqrt(row.widening->spread.variance);
        least = std::min(least, percent), most = std::max(most, percent);
    }
    return fmt::format("the runs were not interleaved: what {} earlier runs of this host differ by is in {} of {} "
                       "intervals ({:.2g} to {:.2g} % from run to run, up to {} degrees of freedom)",
                       history->runs, history->widened, history->rows, least, most, history->freedom);
}

void put_notes(RunComparison& out, const RunEvidence& base, const RunEvidence& head) {
    out.notes.push_back(note_of_drift(out.history, out.rows));
    if (!base.record_sha256.empty() && base.record_sha256 == head.record_sha256)
        out.notes.emplace_back("base and head are the same run: nothing is compared");
    if (const auto hosts = host_differences(base.run, head.run); !hosts.empty())
        out.notes.push_back("the runs are of unlike hosts: " + to_text(hosts));
    if (const auto fields = workload_differences(base.run, head.run); !fields.empty())
        out.notes.push_back("the runs have unlike workloads: " + to_text(fields));
    std::vector<std::string> unqualified;
    for (const MetricComparison& row : out.rows)
        for (const std::optional<Figure>* figure : {&row.base, &row.head})
            if (*figure && !(*figure)->unqualified.empty() &&
                std::find(unqualified.begin(), unqualified.end(), row.metric) == unqualified.end())
                unqualified.push_back(row.metric);
    if (!unqualified.empty())
        out.notes.push_back("counters that failed their qualification are behind " + join(unqualified, ", "));
    for (const auto& [name, evidence] : {std::pair("base", &base), std::pair("head", &head)})
        if (!evidence->summary.files_caveat.empty())
            out.notes.push_back(fmt::format("{}: {}", name, evidence->summary.files_caveat));
}

const ComparedRow* row_of(const RunEvidence& run, const LoopAtK& at) {
    for (const ComparedRow& row : run.rows)
        if (row.row.loop == at.loop && row.row.k == at.k) return &row;
    return nullptr;
}

} // namespace

const MetricComparison* RunComparison::find(std::string_view loop, std::uint32_t k, std::string_view metric) const {
    for (const MetricComparison& row : rows)
        if (row.loop == loop && row.k == k && row.metric == metric) return &row;
    return nullptr;
}

bool RunComparison::fails(const GateResult& gate) const { return bytebound::fails(gate, unresolved_fails); }

bool RunComparison::passed() const {
    return std::none_of(gates.begin(), gates.end(), [this](const GateResult& gate) { return fails(gate); });
}

bool follows_from_trace(const SummaryRow& row, std::string_view metric) {
    const auto computed_or_simulated = [&row](std::string_view name) {
        const Figure* figure = row.find(name);
        return figure != nullptr && (figure->tier == Tier::computed || figure->tier == Tier::simulated);
    };
    if (!computed_or_simulated(metric)) return false;
    const MetricEntry* entry = find_metric(metric);
    return entry == nullptr || entry->denominator.empty() ||
           (computed_or_simulated(entry->numerator) && computed_or_simulated(entry->denominator));
}

std::vector<std::string> default_compared_metrics() {
    std::vector<std::string> names;
    for (const std::string_view name :
         {metric_name::time_ns, metric_name::dram_bytes, metric_name::dram_read_bytes, metric_name::dram_write_bytes,
          metric_name::requested_bytes, metric_name::cpi, metric_name::llc_misses})
        names.emplace_back(name);
    return names;
}

std::vector<std::string> comparable_metrics(const Summary& base, const Summary& head) {
    std::vector<std::string> names = base.metrics;
    for (const std::string& name : head.metrics)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    return names;
}

RunComparison compare_runs(const RunEvidence& base, const RunEvidence& head, const std::vector<std::string>& metrics,
                           double same_within, const EarlierRuns& earlier) {
    RunComparison out;
    HistoryUse use{earlier.file};
    out.base = identity_of(base);
    out.head = identity_of(head);
    out.same_within = same_within;
    const bool same_workload = workload_differences(base.run, head.run).empty();
    for (const ComparedRow& row : base.rows) {
        const LoopAtK at{row.row.loop, row.row.k};
        const ComparedRow* other = row_of(head, at);
        const ExperimentRecord *ours = experiment_of(base.run, row.row), *theirs = experiment_of(head.run, row.row);
        if (other == nullptr || ours == nullptr || theirs == nullptr) {
            out.only_base.push_back(at);
            continue;
        }
        out.in_both.push_back(at);
        for (const std::string& metric : metrics)
            out.rows.push_back(compare_metric({base, head, row, *other, *ours, *theirs, same_workload}, metric,
                                              same_within, earlier, use));
    }
    for (const ComparedRow& row : head.rows)
        if (const LoopAtK at{row.row.loop, row.row.k}; row_of(base, at) == nullptr) out.only_head.push_back(at);
    if (earlier.spread) out.history = std::move(use);
    set_absent_aside(out, metrics, base);
    adjust_verdicts(out.rows);
    put_notes(out, base, head);
    return out;
}

} // namespace bytebound
