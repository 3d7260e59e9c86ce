#include "evidence/gates.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace bytebound {
namespace {

Failure not_in_the_runs(const GateExpression& gate, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "parse", "gate '" + gate.text + "'", std::move(cause), std::move(remedy)});
}

Result<void> check_rows(const GateExpression& gate, const std::vector<LoopAtK>& rows) {
    std::vector<std::string> loops, ks;
    for (const LoopAtK& row : rows) {
        if (std::find(loops.begin(), loops.end(), row.loop) == loops.end()) loops.push_back(row.loop);
        const std::string k = k_text(row.k);
        if (std::find(ks.begin(), ks.end(), k) == ks.end()) ks.push_back(k);
        if (gate.covers(row.loop, row.k)) return {};
    }
    const bool of_loop = !gate.loop.empty() && std::find(loops.begin(), loops.end(), gate.loop) == loops.end();
    if (!of_loop) {
        const std::string where = gate.loop.empty() ? "" : " of loop '" + gate.loop + "'";
        std::erase(ks, "");
        return not_in_the_runs(gate, fmt::format("neither run has k={}{}", gate.k.value_or(0), where),
                               ks.empty() ? "their rows have no k: leave it out" : "known ks: " + join(ks, ", "));
    }
    const auto near = nearest(gate.loop, loops);
    return not_in_the_runs(gate, "neither run has loop '" + gate.loop + "'",
                           (near ? "did you mean '" + *near + "'? " : "") + "known: " + join(loops, ", "));
}

/// By value. Sums per step of unlike numbers of steps differ in their last digits only.
GateOutcome decide_by_value(const GateExpression& gate, double value, double limit) {
    constexpr double rounding = 1e-12;
    const double margin = rounding * limit;
    const bool kept = gate.at_most ? value <= limit + margin : value >= limit - margin;
    return kept ? GateOutcome::pass : GateOutcome::fail;
}

void judge_exactly(GateResult& result, const MetricComparison& row) {
    result.exact = true;
    const double head = row.head->value();
    if (result.gate.relative && row.ratio) result.value = row.ratio->ratio;
    if (!result.gate.relative) result.value = head;
    // Where base is 0, the limit is 0, too.
    result.outcome = result.value ? decide_by_value(result.gate, *result.value, result.gate.limit)
                                  : decide_by_value(result.gate, head, result.gate.limit * row.base->value());
}

void judge_by_interval(GateResult& result, const MetricComparison& row) {
    if (result.gate.relative && row.ratio) {
        result.value = row.ratio->ratio;
        result.ci_low = row.ratio->ci_low;
        result.ci_high = row.ratio->ci_high;
    }
    if (!result.gate.relative) {
        result.value = row.head->value();
        result.ci_low = row.head->estimate.ci_low;
        result.ci_high = row.head->estimate.ci_high;
    }
    if (result.ci_low && result.ci_high) {
        result.outcome = decide(result.gate, *result.ci_low, *result.ci_high);
        if (result.outcome == GateOutcome::unresolved) result.reason = "the limit is within the 95% interval";
        return;
    }
    result.reason = "there is no 95% interval: ";
    if (row.base->value() == 0 && result.gate.relative)
        result.reason += "base is 0";
    else if (row.head->estimate.blocks < 2 || (result.gate.relative && row.base->estimate.blocks < 2))
        result.reason += "it takes two repeats or more";
    else
        result.reason += "an end of it is not bounded";
}

/// Whether the figures of a row can be judged at all; a row without a verdict has the reason.
bool has_figures(const MetricComparison& row) {
    if (!row.base || !row.head) return false;
    return row.exact || row.ratio || row.base->value() == 0;
}

GateResult judge_gate(const GateExpression& gate, const RunComparison& comparison, const LoopAtK& at) {
    GateResult result;
    result.gate = gate;
    result.loop = at.loop;
    result.k = at.k;
    const MetricComparison* row = comparison.find(at.loop, at.k, gate.metric);
    if (row == nullptr) {
        const auto absent = std::find_if(comparison.absent.begin(), comparison.absent.end(),
                                         [&](const AbsentMetric& each) { return each.metric == gate.metric; });
        result.reason = absent == comparison.absent.end() ? "not measured" : "null in both: " + absent->reason;
    } else if (!has_figures(*row)) {
        result.reason = row->reason;
    } else if (row->exact || (!gate.relative && row->head->tier == Tier::computed)) {
        judge_exactly(result, *row);
    } else {
        judge_by_interval(result, *row);
    }
    return result;
}

/// Those of one run only are unresolved.
void judge_gates(RunComparison& comparison, const std::vector<GateExpression>& gates) {
    for (const GateExpression& gate : gates) {
        for (const LoopAtK& at : comparison.in_both)
            if (gate.covers(at.loop, at.k)) comparison.gates.push_back(judge_gate(gate, comparison, at));
        for (const auto& [run, rows] :
             {std::pair("base", &comparison.only_base), std::pair("head", &comparison.only_head)})
            for (const LoopAtK& at : *rows) {
                if (!gate.covers(at.loop, at.k)) continue;
                GateResult result;
                result.gate = gate;
                result.loop = at.loop;
                result.k = at.k;
                result.reason = fmt::format("{} is in {} only", row_name(at.loop, at.k), run);
                comparison.gates.push_back(std::move(result));
            }
    }
}

} // namespace

std::string_view name_of(GateOutcome outcome) {
    switch (outcome) {
    case GateOutcome::pass: return "pass";
    case GateOutcome::fail: return "fail";
    case GateOutcome::unresolved: return "unresolved";
    }
    return "";
}

GateOutcome decide(const GateExpression& gate, double low, double high) {
    const bool kept = gate.at_most ? high <= gate.limit : low >= gate.limit;
    const bool broken = gate.at_most ? low > gate.limit : high < gate.limit;
    return kept ? GateOutcome::pass : broken ? GateOutcome::fail : GateOutcome::unresolved;
}

Result<void> check_gates(const std::vector<GateExpression>& gates, const std::vector<std::string>& known,
                         const std::vector<LoopAtK>& rows) {
    for (const GateExpression& gate : gates) {
        TRY(check_metric(gate, known));
        TRY(check_rows(gate, rows));
    }
    return {};
}

std::vector<LoopAtK> loops_and_ks(const RunRecord& base, const RunRecord& head) {
    std::vector<LoopAtK> rows;
    for (const RunRecord* run : {&base, &head})
        for (const ExperimentRecord& each : run->experiments)
            rows.push_back({each.loop, each.k});
    return rows;
}

RunComparison judged_comparison(const RunEvidence& base, const RunEvidence& head, std::vector<std::string> metrics,
                                double same_within, const std::vector<GateExpression>& gates, bool unresolved_fails,
                                const EarlierRuns& earlier) {
    for (const GateExpression& gate : gates)
        if (std::find(metrics.begin(), metrics.end(), gate.metric) == metrics.end()) metrics.push_back(gate.metric);
    RunComparison comparison = compare_runs(base, head, metrics, same_within, earlier);
    comparison.unresolved_fails = unresolved_fails;
    judge_gates(comparison, gates);
    return comparison;
}

} // namespace bytebound
