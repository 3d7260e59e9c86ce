#include "io/json.hpp"
#include "render/answers/history_json_parts.hpp"
#include "render/answers/history_text.hpp"
#include "render/figure_json.hpp"

namespace bytebound {
namespace {

using HistoryJson = nlohmann::ordered_json;

HistoryJson history_figure_json(const HistoryFigure& figure) {
    return {{"loop", figure.loop},
            {"k", k_json(figure.k)},
            {"metric", figure.metric},
            {"value", json_number(figure.value)},
            {"ci_low", json_number(figure.ci_low)},
            {"ci_high", json_number(figure.ci_high)},
            {"n", figure.n},
            {"blocks", figure.blocks},
            {"tier", figure.tier},
            {"source", figure.source},
            {"basis", json_text(figure.basis)},
            {"exact", figure.exact}};
}

} // namespace

nlohmann::ordered_json workload_json(const std::string& workload) {
    try {
        HistoryJson fields = HistoryJson::parse(workload);
        if (fields.is_object()) return fields;
    } catch (const nlohmann::json::exception&) {
    }
    return {{"text", workload}}; // a history from elsewhere
}

nlohmann::ordered_json history_run_json(const HistoryRun& run) {
    return {{"id", run.id},
            {"path", run.path},
            {"host", run.host},
            {"cpu_model", json_text(run.cpu_model)},
            {"kernel", json_text(run.kernel)},
            {"started", run.started},
            {"added", run.added},
            {"version", run.version},
            {"git_revision", json_text(run.git_revision)},
            {"preset", json_text(run.preset)},
            {"placement", run.placement},
            {"workload", workload_json(run.workload)}};
}

std::string history_add_json(const std::string& file, const std::vector<HistoryRun>& runs,
                             const std::vector<AddedRun>& added) {
    HistoryJson list = HistoryJson::array();
    for (std::size_t i = 0; i < runs.size(); ++i)
        list.push_back({{"run", runs[i].path}, {"id", added[i].id}, {"added", !added[i].was_there}});
    return document_text(HistoryJson{{"schema", "bytebound.history-add/1"}, {"file", file}, {"runs", std::move(list)}});
}

std::string history_list_json(const std::string& file, const std::vector<HistoryRun>& runs) {
    HistoryJson list = HistoryJson::array();
    for (const HistoryRun& run : runs)
        list.push_back(history_run_json(run));
    return document_text(
        HistoryJson{{"schema", "bytebound.history-list/1"}, {"file", file}, {"runs", std::move(list)}});
}

std::string history_show_json(const std::string& file, const HistoryRun& run) {
    HistoryJson figures = HistoryJson::array();
    for (const HistoryFigure& figure : run.figures)
        figures.push_back(history_figure_json(figure));
    return document_text(HistoryJson{{"schema", "bytebound.history-show/1"},
                                     {"file", file},
                                     {"run", history_run_json(run)},
                                     {"figures", std::move(figures)}});
}

} // namespace bytebound
