#include <cmath>

#include "io/json.hpp"
#include "render/answers/comparison_outputs.hpp"
#include "render/answers/gate_json.hpp"
#include "render/figure_json.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

Json identity_json(const RunIdentity& run) {
    Json out = {{"path", run.path},
                {"host", run.host},
                {"started", run.started},
                {"version", run.version},
                {"git_revision", json_text(run.git_revision)}};
    if (!run.files_caveat.empty()) out["files_caveat"] = run.files_caveat;
    return out;
}

/// How far an interval was widened, and by what.
Json run_to_run_json(const std::optional<Widening>& widening) {
    if (!widening) return nullptr;
    const RunToRun& spread = widening->spread;
    return {{"deviation", json_number(std::sqrt(spread.variance))},
            {"observed", json_number(spread.observed)},
            {"runs", spread.runs},
            {"versions", spread.versions},
            {"freedom", spread.freedom()},
            {"within",
             {{"ci_low", json_number(widening->within.ci_low)},
              {"ci_high", json_number(widening->within.ci_high)},
              {"p_value", json_number(widening->within.p_value)}}}};
}

Json history_json(const std::optional<HistoryUse>& use) {
    if (!use) return nullptr;
    return {{"file", use->file},       {"runs", use->runs},
            {"freedom", use->freedom}, {"needed_freedom", least_run_to_run_freedom},
            {"intervals", use->rows},  {"widened", use->widened}};
}

Json row_json(const MetricComparison& row) {
    const auto figure = [](const std::optional<Figure>& each) { return each ? figure_json(*each) : Json(nullptr); };
    const RatioEstimate none{};
    const RatioEstimate& ratio = row.ratio ? *row.ratio : none;
    return {{"cell", Json::object()},
            {"loop", row.loop},
            {"k", k_json(row.k)},
            {"metric", row.metric},
            {"base", figure(row.base)},
            {"head", figure(row.head)},
            {"ratio", row.ratio ? json_number(ratio.ratio) : Json(nullptr)},
            {"ci_low", json_number(ratio.ci_low)},
            {"ci_high", json_number(ratio.ci_high)},
            {"p_value", json_number(ratio.p_value)},
            {"p_adjusted", json_number(row.p_adjusted)},
            {"verdict", name_of(row.verdict)},
            {"exact", row.exact},
            {"reason", json_text(row.reason)},
            {"run_to_run", run_to_run_json(row.widening)}};
}

Json rows_json(const std::vector<LoopAtK>& rows) {
    Json out = Json::array();
    for (const LoopAtK& row : rows)
        out.push_back({{"cell", Json::object()}, {"loop", row.loop}, {"k", k_json(row.k)}});
    return out;
}

} // namespace

std::string comparison_json(const RunComparison& comparison) {
    Json rows = Json::array(), absent = Json::array(), gates = Json::array();
    for (const MetricComparison& row : comparison.rows)
        rows.push_back(row_json(row));
    for (const AbsentMetric& each : comparison.absent)
        absent.push_back({{"metric", each.metric}, {"reason", each.reason}});
    for (const GateResult& gate : comparison.gates)
        gates.push_back(gate_json(gate));
    return document_text(Json{{"schema", compare_schema},
                              {"base", identity_json(comparison.base)},
                              {"head", identity_json(comparison.head)},
                              {"threshold", json_number(comparison.same_within)},
                              {"history", history_json(comparison.history)},
                              {"notes", comparison.notes},
                              {"rows", std::move(rows)},
                              {"absent", std::move(absent)},
                              {"only_base", rows_json(comparison.only_base)},
                              {"only_head", rows_json(comparison.only_head)},
                              {"gates", std::move(gates)},
                              {"unresolved", comparison.unresolved_fails ? "fail" : "pass"},
                              {"passed", comparison.passed()}});
}

} // namespace bytebound
