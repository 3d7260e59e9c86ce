#include "render/answers/history_text.hpp"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>

#include "base/text.hpp"
#include "figures/number.hpp"
#include "io/json.hpp"
#include "render/answers/comparison_words.hpp"
#include "render/plain_table.hpp"
#include "render/visible_format.hpp"

namespace bytebound {
namespace {

std::string table_text(Table table, bool color, std::optional<std::size_t> columns) {
    const FittedTable fit = fitted(std::move(table), columns.value_or(std::numeric_limits<std::size_t>::max()));
    std::string text = plain_table(fit.table, color);
    if (!fit.left_out.empty())
        text += fitted_line(
            fmt::format("not shown in {} columns: {}; --json has all", *columns, join(fit.left_out, ", ")), columns);
    return text;
}

std::string figure_interval_text(const HistoryFigure& figure) {
    if (!figure.ci_low || !figure.ci_high) return figure.exact ? "exact" : "";
    return fmt::format("{} to {}", quantity_text(figure.metric, *figure.ci_low),
                       quantity_text(figure.metric, *figure.ci_high));
}

} // namespace

std::string short_workload(const HistoryRun& run) {
    try {
        const nlohmann::json fields = parse_json(run.workload);
        std::vector<std::string> parts;
        for (const char* name : {"N", "m"})
            if (fields.contains(name)) parts.push_back(fmt::format("{} {}", name, fields.at(name).get<std::string>()));
        if (fields.contains("pattern")) parts.push_back(fields.at("pattern").get<std::string>());
        return join(parts, ", ");
    } catch (const std::exception&) {
        return run.workload; // a history from elsewhere
    }
}

std::string history_add_text(const std::vector<HistoryRun>& runs, const std::vector<AddedRun>& added) {
    std::string text;
    for (std::size_t i = 0; i < runs.size(); ++i)
        text +=
            visible_format("{} {}  {}\n", added[i].was_there ? "already run" : "added run", added[i].id, runs[i].path);
    return text;
}

std::string history_list_text(const std::vector<HistoryRun>& runs, bool color, std::optional<std::size_t> columns) {
    if (runs.empty()) return "no runs\n";
    Table table;
    table.columns = {{"id", true},           {"started"},       {"host"}, {"program", false, 1}, {"preset", false, 4},
                     {"workload", false, 2}, {"path", false, 3}};
    for (const HistoryRun& run : runs)
        table.rows.push_back({std::to_string(run.id), run.started, run.host, run.program(),
                              run.preset.empty() ? "none" : run.preset, short_workload(run), run.path});
    return table_text(std::move(table), color, columns);
}

std::string history_show_text(const HistoryRun& run, bool color, std::optional<std::size_t> columns) {
    std::string text;
    for (const auto& [name, value] :
         {std::pair("run", run.path), std::pair("started", run.started), std::pair("host", run.host),
          std::pair("CPU", run.cpu_model), std::pair("kernel", run.kernel), std::pair("program", run.program()),
          std::pair("preset", run.preset), std::pair("placement", run.placement), std::pair("workload", run.workload),
          std::pair("added", run.added)})
        text += fitted_line(fmt::format("{:<10}{}", name, value.empty() ? "n/a" : value), columns);
    Table table;
    table.columns = {{"loop"},           {"k", true},          {"metric"},
                     {"value", true},    {"95% CI", false, 1}, {"blocks", true, 3},
                     {"tier", false, 2}, {"source", false, 3}};
    for (const HistoryFigure& figure : run.figures)
        table.rows.push_back({figure.loop, k_text(figure.k), figure.metric, quantity_text(figure.metric, figure.value),
                              figure_interval_text(figure), std::to_string(figure.blocks), figure.tier, figure.source});
    return text + "\n" + table_text(std::move(table), color, columns);
}

} // namespace bytebound
