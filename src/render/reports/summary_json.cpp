#include "render/reports/summary_json.hpp"

#include "catalogue/metrics.hpp"
#include "io/json.hpp"
#include "render/figure_json.hpp"
#include "render/reports/ceilings_json.hpp"
#include "render/reports/ledger_json.hpp"
#include "render/reports/roofline_json.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

Json buffers_json(const SummaryRow& row) {
    if (!row.by_buffer) return nullptr;
    Json out = Json::object();
    for (std::size_t i = 0; i < buffer_count; ++i) {
        const BufferTraffic& traffic = (*row.by_buffer)[i];
        out[std::string(name_of(static_cast<Buffer>(i)))] = {{"read", json_number(traffic.read)},
                                                             {"write", json_number(traffic.write)}};
    }
    return out;
}

Json row_json(const Summary& summary, const SummaryRow& row) {
    Json metrics = Json::object();
    for (const std::string& name : summary.metrics) {
        const Figure* figure = row.find(name);
        metrics[name] = figure == nullptr ? Json(nullptr) : figure_json(*figure);
    }
    const auto of_trace = [&row](double value) { return has_k(row.k) ? json_number(value) : Json(nullptr); };
    Json out = {{"loop", row.loop},
                {"k", k_json(row.k)},
                {"k_requested", k_json(row.k_requested)},
                {"A", of_trace(row.added)},
                {"R", of_trace(row.removed)},
                {"bound_bytes", of_trace(row.bound_bytes)},
                {"requested_bytes",
                 row.find(metric_name::requested_bytes) == nullptr ? Json(nullptr) : json_number(row.requested_bytes)},
                {"flags", row.flags},
                {"stationary", row.stationary ? Json(*row.stationary) : Json(nullptr)}};
    if (row.index_steps) out["chose"] = {{"index", *row.index_steps}, {"paired", row.steps - *row.index_steps}};
    out["metrics"] = std::move(metrics);
    out["by_buffer"] = buffers_json(row);
    out["expected"] = row.expected ? Json{{metric_name::dram_read_bytes, json_number(row.expected->read_bytes)},
                                          {metric_name::dram_write_bytes, json_number(row.expected->write_bytes)}}
                                   : Json(nullptr);
    out["ledger"] = ledger_json(row);
    out["ceilings"] = ceilings_json(row);
    out["unavailable"] = row.unavailable;
    return out;
}

Json workload_json(const WorkloadRecord& workload) {
    return {{"N", workload.spec.pool_rows},
            {"m", workload.spec.active_rows},
            {"row_bytes", workload.layout.row_bytes()},
            {"hidden_dim", workload.hidden_dim},
            {"up_cols", workload.up_cols},
            {"gate_cols", workload.gate_cols},
            {"dtype", workload.dtype},
            {"pattern", to_text(workload.spec.pattern)},
            {"seed", workload.spec.seed},
            {"steps_per_k", workload.steps_per_k},
            {"repeats", workload.repeats},
            {"warmup", workload.warmup ? Json(*workload.warmup) : Json(nullptr)},
            {"between", workload.between},
            {"loops", workload.loops},
            {"tau", json_number(workload.tau)},
            {"copy", workload.copy},
            {"threads", workload.threads}};
}

/// Of subjects without a trace.
Json programs_json(const RunRecord& run) {
    Json out = {{"subject", name_of(run.subject.kind)},
                {"loops", run.workload.loops},
                {"seed", run.workload.spec.seed},
                {"repeats", run.workload.repeats}};
    if (run.subject.commands) {
        Json commands = Json::array();
        for (const CommandRecord& each : run.subject.commands->commands)
            commands.push_back({{"name", each.name},
                                {"argv", each.argv},
                                {"exit_code", each.exit_code ? Json(*each.exit_code) : Json(nullptr)}});
        out["commands"] = std::move(commands);
    }
    if (run.subject.regions) out["argv"] = run.subject.regions->argv;
    if (run.subject.imported) out["tool"] = run.subject.imported->tool;
    return out;
}

Json comparison_json(const Comparison& comparison) {
    return {{"k", k_json(comparison.k)},
            {"loop", comparison.loop},
            {"vs", comparison.vs},
            {"metric", comparison.metric},
            {"ratio", json_number(comparison.ratio.ratio)},
            {"ci_low", json_number(comparison.ratio.ci_low)},
            {"ci_high", json_number(comparison.ratio.ci_high)},
            {"p_value", json_number(comparison.ratio.p_value)},
            {"p_adjusted", json_number(comparison.p_adjusted)},
            {"verdict", name_of(comparison.verdict)},
            {"claim", comparison.claim}};
}

} // namespace

std::string summary_json(const RunRecord& run, const Summary& summary) {
    Json out = {{"schema", summary_schema},
                {"status", name_of(run.status)},
                {"host", run.host},
                {"workload", run.subject.kind == Subject::loops ? workload_json(run.workload) : programs_json(run)}};
    Json rows = Json::array();
    for (const SummaryRow& row : summary.rows)
        rows.push_back(row_json(summary, row));
    out["rows"] = std::move(rows);
    out["missing"] = summary.missing;
    if (!summary.files_caveat.empty()) out["files_caveat"] = summary.files_caveat;
    Json comparisons = Json::array();
    for (const Comparison& each : summary.comparisons)
        comparisons.push_back(comparison_json(each));
    out["comparisons"] = std::move(comparisons);
    out["regressions"] = regressions_json(summary);
    out["crossover"] = crossover_json(summary);
    out["roofline"] = run.subject.kind == Subject::loops ? roofline_json(run, summary) : Json(nullptr);
    return document_text(out);
}

} // namespace bytebound
