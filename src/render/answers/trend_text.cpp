#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "render/answers/comparison_words.hpp"
#include "render/answers/history_text.hpp"
#include "render/answers/trend_outputs.hpp"
#include "render/plain_table.hpp"

namespace bytebound {
namespace {

constexpr std::size_t sparkline_points = 30;

std::string change_ratio_text(double ratio) { return std::isfinite(ratio) ? ratio_text(ratio) : "from 0"; }

std::string change_line(const TrendSeries& series, const TrendChange& change) {
    const HistoryRun& run = series.points[change.at].run;
    std::string text = fmt::format("{} at run {} ({}): {}", at_text(series.loop, series.k), run.id, run.started,
                                   change_ratio_text(change.ratio));
    if (change.differences.empty()) return text + "; host, program and preset are the same";
    if (change.later != 0)
        text += fmt::format("; {} run{} {}", std::abs(change.later), std::abs(change.later) == 1 ? "" : "s",
                            change.later > 0 ? "later" : "earlier");
    for (const FieldDifference& each : change.differences)
        text += fmt::format("; {} from {} to {}", each.field, each.base, each.head);
    return text;
}

std::string hosts_text(const TrendSeries& series) {
    std::vector<std::string> hosts;
    for (const TrendPoint& point : series.points)
        if (std::find(hosts.begin(), hosts.end(), point.run.host) == hosts.end()) hosts.push_back(point.run.host);
    return hosts.size() == 1 ? hosts[0] : fmt::format("{} hosts", hosts.size());
}

} // namespace

std::string sparkline(const TrendSeries& series) {
    static constexpr const char* heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const std::size_t begin = series.points.size() - std::min(series.points.size(), sparkline_points);
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::size_t i = begin; i < series.points.size(); ++i)
        low = std::min(low, series.points[i].value), high = std::max(high, series.points[i].value);
    std::string out;
    for (std::size_t i = begin; i < series.points.size(); ++i) {
        const bool starts = std::any_of(series.changes.begin(), series.changes.end(),
                                        [i](const TrendChange& change) { return change.at == i; });
        if (starts && i != begin) out += "|";
        const double share = high > low ? (series.points[i].value - low) / (high - low) : 0;
        out += heights[std::min(static_cast<std::size_t>(share * 8), std::size_t{7})];
    }
    return out;
}

std::string trend_text(std::string_view metric, const std::vector<TrendSeries>& series, bool color,
                       std::optional<std::size_t> columns) {
    const auto setups = setups_of(series);
    Table table;
    table.columns = {{"loop"},          {"k", true},        {"tier", false, 3}, {"host", false, 2},
                     {"runs", true, 1}, {"first", true, 1}, {"last", true},     {"last\n/ first", true, 2},
                     {"trend"},         {"changes", true}};
    if (setups.size() > 1) table.columns.insert(table.columns.begin(), {"setup"});
    std::string changes;
    for (const TrendSeries& each : series) {
        const double first = each.points.front().value, last = each.points.back().value;
        std::vector<std::string> cells{each.loop,
                                       k_text(each.k),
                                       each.tier,
                                       hosts_text(each),
                                       std::to_string(each.points.size()),
                                       quantity_text(metric, first),
                                       quantity_text(metric, last),
                                       first > 0 ? ratio_text(last / first) : "n/a",
                                       sparkline(each),
                                       std::to_string(each.changes.size())};
        std::string mark;
        if (setups.size() > 1) {
            const auto at = std::find(setups.begin(), setups.end(), std::pair(each.workload, each.placement));
            mark = fmt::format("w{}", at - setups.begin() + 1);
            cells.insert(cells.begin(), mark);
            mark += " ";
        }
        table.rows.push_back(std::move(cells));
        for (const TrendChange& change : each.changes)
            changes += fitted_line("change: " + mark + change_line(each, change), columns);
    }
    const FittedTable fit = fitted(std::move(table), columns.value_or(std::numeric_limits<std::size_t>::max()));
    std::string text = fitted_line(std::string(metric), columns) + plain_table(fit.table, color) + changes;
    for (std::size_t i = 0; setups.size() > 1 && i < setups.size(); ++i)
        text += fitted_line(fmt::format("w{}: {}, {}", i + 1, setups[i].first, setups[i].second), columns);
    if (!fit.left_out.empty())
        text += fitted_line(
            fmt::format("not shown in {} columns: {}; --json has all", *columns, join(fit.left_out, ", ")), columns);
    return text;
}

std::string history_gate_text(const JudgedHistory& judged, std::optional<std::size_t> columns) {
    std::string text =
        fitted_line(fmt::format("run {}  {}  ({}, {}), against {} of {} earlier runs", judged.head.id, judged.head.path,
                                judged.head.host, judged.head.started, to_text(judged.against), judged.earlier),
                    columns);
    for (const GateResult& gate : judged.gates) {
        std::string line = fmt::format("{}: {}: {}", name_of(gate.outcome), gate.gate.text, at_text(gate.loop, gate.k));
        if (gate.value) line += " " + gate_figure_text(gate);
        if (!gate.reason.empty()) line += "; " + gate.reason;
        text += fitted_line(line, columns);
    }
    return text;
}

} // namespace bytebound
