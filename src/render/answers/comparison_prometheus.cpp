#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "base/visible.hpp"
#include "figures/number.hpp"
#include "render/answers/comparison_outputs.hpp"

namespace bytebound {
namespace {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

/// One metric family: its comments and samples, which must follow each other.
class Family {
public:
    Family(std::string name, std::string_view help) : name_(std::move(name)) {
        text_ = fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name_, help);
    }
    void sample(const Labels& labels, double value) {
        std::string list;
        for (const auto& [label, text] : labels)
            list += fmt::format("{}{}=\"{}\"", list.empty() ? "" : ",", label, escaped(text));
        text_ += fmt::format("{}{} {}\n", name_, list.empty() ? "" : "{" + list + "}", exact_number(value));
        empty_ = false;
    }
    std::string text() const { return empty_ ? "" : text_; }

private:
    static std::string escaped(const std::string& text) {
        std::string out;
        for (const char c : visible(text)) {
            if (c == '\\' || c == '"') out += '\\';
            out += c;
        }
        return out;
    }

    std::string name_, text_;
    bool empty_ = true;
};

Labels labels_of(const MetricComparison& row) {
    return {{"loop", row.loop}, {"k", k_text(row.k)}, {"metric", row.metric}};
}

Labels labels_of(const GateResult& gate) {
    return {{"expr", gate.gate.text}, {"loop", gate.loop}, {"k", k_text(gate.k)}};
}

Labels with(Labels labels, std::string_view label, std::string_view text) {
    labels.emplace_back(label, std::string(text));
    return labels;
}

std::string figures_family(const RunComparison& comparison) {
    Family figures("bytebound_figure", "A figure per step, in the unit that its metric has in summary.json.");
    for (const MetricComparison& row : comparison.rows)
        for (const auto& [run, figure] : {std::pair("base", &row.base), std::pair("head", &row.head)})
            if (*figure)
                figures.sample(with(with(labels_of(row), "tier", name_of((*figure)->tier)), "run", run),
                               (*figure)->value());
    return figures.text();
}

std::string ratio_families(const RunComparison& comparison) {
    Family ratio("bytebound_compare_ratio", "Value of head divided by the value of base."),
        low("bytebound_compare_ratio_ci_low", "Lower end of the ratio's 95% interval."),
        high("bytebound_compare_ratio_ci_high", "Upper end of the ratio's 95% interval."),
        verdict("bytebound_compare_verdict", "1 for the verdict of this row: better, worse, same or unresolved.");
    for (const MetricComparison& row : comparison.rows) {
        if (row.ratio) ratio.sample(labels_of(row), row.ratio->ratio);
        if (row.ratio && row.ratio->ci_low) low.sample(labels_of(row), *row.ratio->ci_low);
        if (row.ratio && row.ratio->ci_high) high.sample(labels_of(row), *row.ratio->ci_high);
        verdict.sample(with(labels_of(row), "verdict", name_of(row.verdict)), 1);
    }
    return ratio.text() + low.text() + high.text() + verdict.text();
}

std::string gate_families(const RunComparison& comparison) {
    Family value("bytebound_gate_value", "What the gate judged: a ratio to base, or a value of head."),
        limit("bytebound_gate_limit", "The limit in the same unit."),
        result("bytebound_gate_result", "1 for the result of this gate: pass, fail or unresolved.");
    for (const GateResult& gate : comparison.gates) {
        if (gate.value) value.sample(labels_of(gate), *gate.value);
        limit.sample(labels_of(gate), gate.gate.limit);
        result.sample(with(labels_of(gate), "result", name_of(gate.outcome)), 1);
    }
    return value.text() + limit.text() + result.text();
}

} // namespace

std::string comparison_prometheus(const RunComparison& comparison) {
    Family info("bytebound_compare_info", "The two runs."), passed("bytebound_compare_passed", "1 if no gate failed.");
    for (const auto& [run, identity] : {std::pair("base", &comparison.base), std::pair("head", &comparison.head)})
        info.sample({{"run", run},
                     {"path", identity->path},
                     {"host", identity->host},
                     {"started", identity->started},
                     {"git_revision", identity->git_revision}},
                    1);
    passed.sample({}, comparison.passed() ? 1 : 0);
    return info.text() + figures_family(comparison) + ratio_families(comparison) + gate_families(comparison) +
           passed.text();
}

} // namespace bytebound
