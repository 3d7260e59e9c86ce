#include "io/json.hpp"
#include "render/answers/gate_json.hpp"
#include "render/answers/history_json_parts.hpp"
#include "render/answers/trend_outputs.hpp"
#include "render/figure_json.hpp"

namespace bytebound {
namespace {

using TrendJson = nlohmann::ordered_json;

TrendJson point_json(const TrendPoint& point) {
    return {{"id", point.run.id},
            {"host", point.run.host},
            {"started", point.run.started},
            {"version", point.run.version},
            {"git_revision", json_text(point.run.git_revision)},
            {"preset", json_text(point.run.preset)},
            {"value", json_number(point.value)},
            {"ci_low", json_number(point.ci_low)},
            {"ci_high", json_number(point.ci_high)}};
}

TrendJson change_json(const TrendSeries& series, const TrendChange& change) {
    TrendJson differences = TrendJson::array();
    for (const FieldDifference& each : change.differences)
        differences.push_back({{"field", each.field}, {"before", each.base}, {"after", each.head}});
    return {{"at", change.at},
            {"id", series.points[change.at].run.id},
            {"ratio", json_number(change.ratio)},
            {"differences", std::move(differences)},
            {"runs_later", change.later}};
}

TrendJson series_json(const TrendSeries& series) {
    TrendJson points = TrendJson::array(), changes = TrendJson::array();
    for (const TrendPoint& point : series.points)
        points.push_back(point_json(point));
    for (const TrendChange& change : series.changes)
        changes.push_back(change_json(series, change));
    return {{"workload", workload_json(series.workload)},
            {"placement", series.placement},
            {"loop", series.loop},
            {"k", k_json(series.k)},
            {"tier", series.tier},
            {"source", series.source},
            {"basis", json_text(series.basis)},
            {"exact", series.exact},
            {"points", std::move(points)},
            {"changes", std::move(changes)}};
}

} // namespace

std::string trend_json(const std::string& file, std::string_view metric, const std::string& svg,
                       const std::vector<TrendSeries>& series) {
    TrendJson list = TrendJson::array();
    for (const TrendSeries& each : series)
        list.push_back(series_json(each));
    return document_text(TrendJson{{"schema", "bytebound.history-trend/1"},
                                   {"file", file},
                                   {"metric", metric},
                                   {"svg", json_text(svg)},
                                   {"series", std::move(list)}});
}

std::string history_gate_json(const std::string& file, const JudgedHistory& judged) {
    TrendJson gates = TrendJson::array();
    for (const GateResult& gate : judged.gates)
        gates.push_back(gate_json(gate));
    return document_text(TrendJson{{"schema", "bytebound.history-gate/1"},
                                   {"file", file},
                                   {"run", history_run_json(judged.head)},
                                   {"against", to_text(judged.against)},
                                   {"earlier", judged.earlier},
                                   {"gates", std::move(gates)},
                                   {"unresolved", judged.unresolved_fails ? "fail" : "pass"},
                                   {"passed", judged.passed()}});
}

} // namespace bytebound
