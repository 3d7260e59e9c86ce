#include <fmt/format.h>

#include "render/answers/comparison_outputs.hpp"
#include "render/answers/comparison_words.hpp"
#include "render/markdown.hpp"

namespace bytebound {
namespace {

Table rows_table(const RunComparison& comparison) {
    Table table;
    table.columns = {{"loop"}, {"k", true},           {"metric"},       {"base", true},       {"head", true},
                     {"tier"}, {"head / base", true}, {"95% CI", true}, {"adjusted p", true}, {"verdict"}};
    for (const MetricComparison* row : worst_first(comparison)) {
        std::string verdict(name_of(row->verdict));
        if (!row->reason.empty()) verdict += ": " + row->reason;
        table.rows.push_back({row->loop, k_text(row->k), row->metric, figure_text(*row, row->base),
                              figure_text(*row, row->head), row->head ? std::string(name_of(row->head->tier)) : "",
                              row_ratio_text(*row),
                              row->exact   ? "exact"
                              : row->ratio ? ratio_interval_text(*row->ratio)
                                           : "",
                              adjusted_p_text(*row), std::move(verdict)});
    }
    return table;
}

Table gates_table(const RunComparison& comparison) {
    Table table;
    table.columns = {{"gate"}, {"result"}, {"figures"}};
    for (const GateResult* gate : failed_first(comparison))
        table.rows.push_back({gate->gate.text, std::string(name_of(gate->outcome)), figures_text(comparison, *gate)});
    return table;
}

Inline identity_text(const char* name, const RunIdentity& run) {
    Inline text(fmt::format("{}: ", name));
    text.add(run.path, Style::code).add(fmt::format(", {}, {}", run.host, run.started));
    if (!run.git_revision.empty()) text.add(", bytebound " + run.git_revision);
    return text;
}

} // namespace

std::string comparison_markdown(const RunComparison& comparison) {
    Document document;
    document.title = "Comparison of two runs";
    document.subtitle = comparison.gates.empty() ? verdicts_text(worst_first(comparison))
                        : comparison.passed()    ? "gates passed: " + outcomes_text(failed_first(comparison))
                                                 : "gates failed: " + outcomes_text(failed_first(comparison));
    document.blocks.emplace_back(
        Bullets{{identity_text("base", comparison.base), identity_text("head", comparison.head)}});
    for (const std::string& note : comparison.notes)
        document.blocks.emplace_back(Paragraph{"Note: " + note + ".", Tone::plain});
    if (!comparison.gates.empty()) {
        document.blocks.emplace_back(Heading{2, "Gates"});
        document.blocks.emplace_back(gates_table(comparison));
    }
    document.blocks.emplace_back(Heading{2, "Figures"});
    document.blocks.emplace_back(rows_table(comparison));
    std::vector<Inline> left_out;
    for (const AbsentMetric& each : comparison.absent)
        left_out.emplace_back(fmt::format("{} is null in both: {}", each.metric, each.reason));
    for (const auto& [run, rows] : {std::pair("base", &comparison.only_base), std::pair("head", &comparison.only_head)})
        if (!rows->empty()) left_out.emplace_back(fmt::format("only in {}: {}", run, list_text(*rows)));
    if (!left_out.empty()) document.blocks.emplace_back(Bullets{std::move(left_out)});
    return to_markdown(document);
}

} // namespace bytebound
