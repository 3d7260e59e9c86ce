#include "cli/baseline.hpp"

#include "base/text.hpp"
#include "cli/common_options.hpp"
#include "experiment/plan/planned_records.hpp"
#include "record/host_facts.hpp"

namespace bytebound {
namespace {

/// What run.json will say of host and workload. The rows follow from the traces, which do not exist yet.
RunRecord planned_record(const RunPlan& plan) {
    RunRecord record;
    record.host_facts = host_facts(SysRoot());
    record.host = record.host_facts->host;
    record.workload = workload_record(plan);
    return record;
}

std::vector<LoopAtK> planned_rows(const RunPlan& plan, const std::vector<std::string>& loops) {
    std::vector<LoopAtK> rows;
    for (const Experiment& experiment : plan.experiments)
        for (const std::string& loop : loops)
            rows.push_back({loop, experiment.trace.k()});
    return rows;
}

} // namespace

std::vector<Option> baseline_options(BaselineOptions& target) {
    std::vector<Option> table = gate_options(target.gates);
    table.insert(table.begin(), {"--baseline", "RUN", "after measuring, compare with this run", "Gates",
                                 [&target](const std::string& text) -> Result<void> {
                                     if (text.empty())
                                         return bad_value("--baseline", "the name is empty", "give a run directory");
                                     target.path = text;
                                     return {};
                                 }});
    table.push_back(history_option(target.history, "Gates"));
    return table;
}

Result<std::optional<RunEvidence>> read_baseline(const BaselineOptions& options, const RunPlan& plan) {
    const std::vector<GateExpression>& gates = options.gates.gates;
    if (options.path.empty()) {
        if (gates.empty() && !options.history.given) return std::nullopt;
        return bad_value(gates.empty() ? "--history" : "--gate", "there is no run to compare with",
                         "give --baseline RUN, too");
    }
    RunEvidence base = TRY(read_run_evidence(options.path));
    const RunRecord planned = planned_record(plan);
    std::vector<LoopAtK> rows = loops_and_ks(base.run, planned);
    for (LoopAtK& each : planned_rows(plan, planned.workload.loops))
        rows.push_back(std::move(each));
    std::vector<std::string> metrics = base.summary.metrics;
    metrics.insert(metrics.end(), plan.options.counting.events.begin(), plan.options.counting.events.end());
    TRY(check_gates(gates, metrics, rows));
    TRY(check_alike(base.run, planned, "run", options.gates.allowed));
    TRY(check_history(options.history));
    return std::optional(std::move(base));
}

Result<RunComparison> compare_with(const RunEvidence& baseline, const BaselineOptions& options,
                                   const std::string& directory, double same_within) {
    const RunEvidence head = TRY(read_run_evidence(directory));
    TRY(check_alike(baseline.run, head.run, directory, options.gates.allowed));
    const EarlierRuns earlier = TRY(chosen_earlier_runs(options.history, baseline, head));
    return judged_comparison(baseline, head, default_compared_metrics(), same_within, options.gates.gates,
                             options.gates.unresolved_fails.value_or(false), earlier);
}

} // namespace bytebound
