#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "figures/number.hpp"
#include "render/answers/comparison_outputs.hpp"
#include "render/answers/comparison_words.hpp"
#include "render/plain_table.hpp"

namespace bytebound {
namespace {

constexpr std::size_t comparison_lines = 24, fewest_rows = 5;
/// Two lines of titles, a count of the rows left out, two lines for columns left out, a blank line, a count of gates.
constexpr std::size_t lines_beside_rows = 7;
constexpr std::size_t most_listed = 100; ///< bytes of a list or reason

std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

Table table_of(const std::vector<const MetricComparison*>& rows) {
    Table table;
    table.columns = {{"loop"},
                     {"k", true},
                     {"metric"},
                     {"base", true, 1},
                     {"head", true, 1},
                     {"head\n/ base", true},
                     {"95% CI", true, 2},
                     {"adjusted\np", true, 3},
                     {"verdict"}};
    for (const MetricComparison* row : rows) {
        const std::string interval = row->ratio ? ratio_interval_text(*row->ratio) : "";
        table.rows.push_back({row->loop, k_text(row->k), row->metric, figure_text(*row, row->base),
                              figure_text(*row, row->head), row_ratio_text(*row),
                              row->exact         ? "exact"
                              : interval.empty() ? "n/a"
                                                 : interval,
                              adjusted_p_text(*row), std::string(name_of(row->verdict))});
    }
    return table;
}

std::string identity_line(const char* name, const RunIdentity& run) {
    return fmt::format("{}  {}  ({}, {}{})", name, run.path, run.host, run.started,
                       run.git_revision.empty() ? "" : ", bytebound " + run.git_revision);
}

/// Rows of one run, and metrics that neither has.
std::string lines_of_the_rest(const RunComparison& comparison, std::optional<std::size_t> columns) {
    std::string text;
    for (const auto& [run, rows] : {std::pair("base", &comparison.only_base), std::pair("head", &comparison.only_head)})
        if (!rows->empty())
            text += fitted_line(fmt::format("only in {}: {}", run, clipped(list_text(*rows), most_listed)), columns);
    std::vector<std::string> metrics;
    for (const AbsentMetric& each : comparison.absent)
        metrics.push_back(each.metric);
    if (!metrics.empty())
        text += fitted_line(fmt::format("n/a in both: {}; {}", clipped(join(metrics, ", "), most_listed),
                                        clipped(comparison.absent.front().reason, most_listed)),
                            columns);
    return text;
}

/// The gates that did not pass, in so many lines, and the number of all.
std::string lines_of_gates(const RunComparison& comparison, std::optional<std::size_t> columns, std::size_t room) {
    const auto gates = failed_first(comparison);
    if (gates.empty()) return {};
    std::string text = fitted_line("gates: " + outcomes_text(gates), columns);
    for (const GateResult* gate : gates) {
        if (gate->outcome == GateOutcome::pass) break;
        const std::string line =
            fitted_line(fmt::format("{}: {}: {}", name_of(gate->outcome), clipped(gate->gate.text, most_listed),
                                    figures_text(comparison, *gate)),
                        columns);
        if (lines_in(text) + lines_in(line) > room) return text + "and more; --json has all\n";
        text += line;
    }
    return text;
}

} // namespace

std::string comparison_text(const RunComparison& comparison, bool color, std::optional<std::size_t> columns) {
    std::string above = fitted_line(identity_line("base", comparison.base), columns) +
                        fitted_line(identity_line("head", comparison.head), columns);
    for (const std::string& note : comparison.notes)
        above += fitted_line("note: " + note, columns);
    above += "\n";
    std::string below = lines_of_the_rest(comparison, columns);
    const auto left = [&](std::size_t reserved) {
        const std::size_t taken = lines_in(above) + lines_in(below) + lines_beside_rows + reserved;
        return comparison_lines - std::min(taken, comparison_lines);
    };
    below += lines_of_gates(comparison, columns, left(fewest_rows));
    auto shown = worst_first(comparison);
    const std::size_t room = std::max(fewest_rows, left(0));
    const std::vector<const MetricComparison*> rest(
        shown.begin() + static_cast<std::ptrdiff_t>(std::min(room, shown.size())), shown.end());
    shown.resize(shown.size() - rest.size());

    const FittedTable table = fitted(table_of(shown), columns.value_or(std::numeric_limits<std::size_t>::max()));
    std::string text = above + (shown.empty() ? "nothing to compare\n" : plain_table(table.table, color));
    if (!rest.empty()) text += fitted_line(fmt::format("and {} more: {}", rest.size(), verdicts_text(rest)), columns);
    if (!table.left_out.empty())
        text += fitted_line(
            fmt::format("not shown in {} columns: {}; --json has all", *columns, join(table.left_out, ", ")), columns);
    return below.empty() ? text : text + "\n" + below;
}

} // namespace bytebound
