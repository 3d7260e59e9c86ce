#include "history/history_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "history/version_numbers.hpp"
#include "stats/run_to_run.hpp"
#include "stats/student.hpp"

namespace bytebound {
namespace {

bool is_of_one_kind(const HistoryFigure& a, const HistoryFigure& b) {
    return std::tie(a.loop, a.k, a.metric, a.tier, a.source, a.basis) ==
           std::tie(b.loop, b.k, b.metric, b.tier, b.source, b.basis);
}

/// A figure of an earlier run.
struct EarlierFigure {
    HistoryFigure figure;
    std::size_t version = 0;
};

PastValue past_value(const EarlierFigure& earlier) {
    const HistoryFigure& f = earlier.figure;
    return {earlier.version, f.value, f.ci_low, f.ci_high, f.blocks};
}

Better better_of(std::string_view metric) {
    const MetricEntry* entry = find_metric(metric);
    return entry == nullptr ? Better::neither : entry->better; // a raw event
}

/// The earlier figures that the reference means, in their order.
std::vector<EarlierFigure> reference_of(const std::vector<EarlierFigure>& earlier, const GateReference& against,
                                        Better better) {
    if (against.last != 0) {
        const std::size_t count = std::min(against.last, earlier.size());
        return {earlier.end() - static_cast<std::ptrdiff_t>(count), earlier.end()};
    }
    const auto less = [](const EarlierFigure& a, const EarlierFigure& b) { return a.figure.value < b.figure.value; };
    return {better == Better::higher ? *std::max_element(earlier.begin(), earlier.end(), less)
                                     : *std::min_element(earlier.begin(), earlier.end(), less)};
}

/// Squared standard error of the logarithm within the run, and its degrees of freedom.
struct WithinRun {
    double variance = 0, freedom = 0;
};
std::optional<WithinRun> within_run(const HistoryFigure& figure) {
    const auto error = log_error(past_value({figure}));
    if (!error) return std::nullopt;
    return WithinRun{*error * *error, static_cast<double>(figure.blocks) - 1};
}

/// Of head / the geometric mean of the reference: errors within the runs, and the scatter of head and of each of them.
/// `chosen`: the reference is the best of all.
void judge_ratio(GateResult& result, const HistoryFigure& head, const std::vector<EarlierFigure>& earlier,
                 const std::vector<EarlierFigure>& reference, bool chosen) {
    if (head.value <= 0 ||
        std::any_of(reference.begin(), reference.end(), [](const EarlierFigure& e) { return e.figure.value <= 0; })) {
        result.reason = "a value of 0 or less has no ratio";
        return;
    }
    double log_mean = 0, variance = 0, square = 0;
    bool known = true;
    const double count = static_cast<double>(reference.size());
    const auto add = [&](const HistoryFigure& figure, double weight) {
        const auto within = within_run(figure);
        known = known && within;
        if (!within) return;
        const double part = within->variance * weight;
        variance += part;
        square += part * part / within->freedom;
    };
    for (const EarlierFigure& each : reference) {
        log_mean += std::log(each.figure.value) / count;
        add(each.figure, 1 / (count * count));
    }
    add(head, 1);
    const double center = std::log(head.value) - log_mean;
    result.value = std::exp(center);
    std::vector<PastValue> values;
    for (const EarlierFigure& each : earlier)
        values.push_back(past_value(each));
    const RunToRun spread = run_to_run(values);
    if (!known) {
        result.reason = "a run has no interval: it takes two repeats or more";
        return;
    }
    if (spread.freedom() < least_run_to_run_freedom) {
        result.reason =
            fmt::format("how far runs differ is not known: that takes {} earlier runs of one version, and there {} {}",
                        least_run_to_run_freedom + 1, spread.most_of_one == 1 ? "is" : "are", spread.most_of_one);
        return;
    }
    const double both = 1 + 1 / count;
    variance += both * spread.variance;
    square += both * both * spread.variance_error * spread.variance_error / 2;
    const double freedom = square == 0 ? 1e9 : std::max(variance * variance / square, 1.0);
    // The best run was chosen by its value, so the interval has to hold for each run that could have been.
    const double half = t_quantile(freedom, chosen ? static_cast<double>(earlier.size()) : 1) * std::sqrt(variance);
    result.ci_low = std::exp(center - half);
    result.ci_high = std::exp(center + half);
}

/// By value, as compare does: where the reference is 0, the limit is 0, too.
void judge_exact_ratio(GateResult& result, const HistoryFigure& head, const std::vector<EarlierFigure>& reference) {
    constexpr double rounding = 1e-9; // of a mean of logarithms
    double log_mean = 0;
    for (const EarlierFigure& each : reference)
        log_mean += std::log(each.figure.value) / static_cast<double>(reference.size());
    const double mean = std::exp(log_mean), limit = result.gate.limit;
    if (mean > 0) result.value = head.value / mean;
    const double value = result.value.value_or(head.value), most = mean > 0 ? limit : 0;
    const bool at_limit = std::abs(value - most) <= rounding * most;
    const bool kept = result.gate.at_most ? value <= most : value >= most;
    result.outcome = at_limit || kept ? GateOutcome::pass : GateOutcome::fail;
    if (!result.value && head.value == 0) result.reason = "0, as before";
    if (!result.value && head.value != 0) result.reason = "it was 0 before, so there is no ratio";
}

void decide_by_interval(GateResult& result) {
    if (!result.ci_low || !result.ci_high) {
        if (result.reason.empty()) result.reason = "the run has no interval: it takes two repeats or more";
        return;
    }
    result.outcome = decide(result.gate, *result.ci_low, *result.ci_high);
    if (result.outcome == GateOutcome::unresolved) result.reason = "the limit is within the 95% interval";
}

GateResult judge_figure(const GateExpression& gate, const HistoryFigure& head,
                        const std::vector<EarlierFigure>& earlier, const GateReference& against) {
    GateResult result;
    result.gate = gate;
    result.loop = head.loop;
    result.k = head.k;
    result.exact = head.exact;
    if (!gate.relative) {
        result.value = head.value;
        result.ci_low = head.exact ? std::nullopt : head.ci_low;
        result.ci_high = head.exact ? std::nullopt : head.ci_high;
    } else if (earlier.empty()) {
        result.reason = "no earlier run of this host has this figure with the same options";
        return result;
    } else {
        const auto reference = reference_of(earlier, against, better_of(gate.metric));
        if (head.exact) {
            judge_exact_ratio(result, head, reference);
            return result;
        }
        judge_ratio(result, head, earlier, reference, against.last == 0);
    }
    if (head.exact)
        result.outcome = decide(gate, head.value, head.value);
    else
        decide_by_interval(result);
    return result;
}

Failure no_such(const GateExpression& gate, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "parse", "gate '" + gate.text + "'", std::move(cause), std::move(remedy)});
}

/// Which of several runs is the best has no answer for a metric without a direction.
Result<void> check_reference(const GateExpression& gate, const GateReference& against) {
    if (!gate.relative || against.last != 0 || better_of(gate.metric) != Better::neither) return {};
    return no_such(gate,
                   fmt::format("neither more nor less of '{}' is better, so that no run is the best", gate.metric),
                   "give --against last:N, or a limit with a unit");
}

/// The figures of the latest run that the gate covers.
Result<std::vector<HistoryFigure>> covered(const HistoryRun& head, const GateExpression& gate) {
    std::vector<HistoryFigure> out;
    std::vector<std::string> metrics, places;
    for (const HistoryFigure& figure : head.figures) {
        if (std::find(metrics.begin(), metrics.end(), figure.metric) == metrics.end()) metrics.push_back(figure.metric);
        if (figure.metric != gate.metric) continue;
        places.push_back(has_k(figure.k) ? fmt::format("{}/{}", figure.loop, figure.k) : figure.loop);
        if (gate.covers(figure.loop, figure.k)) out.push_back(figure);
    }
    const auto near = nearest(gate.metric, metrics);
    if (places.empty())
        return no_such(gate, fmt::format("run {}, the latest, has no '{}'", head.id, gate.metric),
                       (near ? "did you mean '" + *near + "'? " : "") + "it has: " + join(metrics, ", "));
    if (out.empty())
        return no_such(gate, fmt::format("run {}, the latest, has no such loop and k", head.id),
                       "it has: " + join(places, ", "));
    return out;
}

} // namespace

Result<GateReference> parse_reference(const std::string& text) {
    if (text == "best") return GateReference{0};
    constexpr std::string_view last = "last:";
    const auto count = text.starts_with(last) ? parse_unsigned(text.substr(last.size())) : std::nullopt;
    if (!count || *count < 1 || *count > 1000)
        return fail({ExitCode::usage, "parse", "option --against", "'" + text + "' is neither best nor last:N",
                     "give best, or last:N with N from 1 to 1000"});
    return GateReference{static_cast<std::size_t>(*count)};
}

std::string to_text(const GateReference& reference) {
    return reference.last == 0 ? "best" : fmt::format("last:{}", reference.last);
}

bool JudgedHistory::passed() const {
    return std::none_of(gates.begin(), gates.end(),
                        [this](const GateResult& each) { return fails(each, unresolved_fails); });
}

Result<JudgedHistory> judge_latest(const std::vector<HistoryRun>& runs, const GateExpression& gate,
                                   const GateReference& against) {
    if (runs.empty())
        return fail({ExitCode::usage, "judge", "the history", "it has no such runs",
                     "add runs with bytebound history add RUN..."});
    const HistoryRun& head = runs.back();
    TRY(check_reference(gate, against));
    const auto figures = TRY(covered(head, gate));
    JudgedHistory out{head, against, 0, {}, false};
    out.head.figures.clear();
    for (const HistoryFigure& figure : figures) {
        std::vector<EarlierFigure> earlier;
        VersionNumbers versions;
        for (const HistoryRun& run : runs) {
            if (&run == &head || !same_setup(run, head)) continue;
            for (const HistoryFigure& each : run.figures)
                if (is_of_one_kind(each, figure)) earlier.push_back({each, versions.of(run)});
        }
        out.earlier = std::max(out.earlier, earlier.size());
        out.gates.push_back(judge_figure(gate, figure, earlier, against));
    }
    return out;
}

} // namespace bytebound
