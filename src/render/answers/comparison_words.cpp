#include "render/answers/comparison_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "figures/number.hpp"

namespace bytebound {
namespace {

int place_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::worse: return 0;
    case Verdict::better: return 1;
    case Verdict::unresolved: return 2;
    case Verdict::same: break;
    }
    return 3;
}

/// How far head is from base on either side. Without a ratio: farthest for a verdict by value, else nearest.
double distance_of(const MetricComparison& row) {
    if (row.ratio && row.ratio->ratio > 0) return std::abs(std::log(row.ratio->ratio));
    return row.exact || row.ratio ? std::numeric_limits<double>::infinity() : -1;
}

/// "2 worse, 1 better" for the names in this order.
template <class Item, class Name, std::size_t count>
std::string counts_text(const std::vector<const Item*>& items, const std::string_view (&names)[count], Name name) {
    std::vector<std::string> parts;
    for (const std::string_view each : names)
        if (const auto n =
                std::count_if(items.begin(), items.end(), [&](const Item* item) { return name(*item) == each; });
            n != 0)
            parts.push_back(fmt::format("{} {}", n, each));
    return parts.empty() ? "none" : join(parts, ", ");
}

std::string_view past_of(const GateResult& gate) {
    switch (gate.outcome) {
    case GateOutcome::fail: return "failed";
    case GateOutcome::unresolved: return "unresolved";
    case GateOutcome::pass: break;
    }
    return "passed";
}

} // namespace

std::string quantity_text(std::string_view metric, double value) {
    const MetricEntry* entry = find_metric(metric);
    if (entry == nullptr) entry = find_gap_metric(metric);
    if (entry == nullptr) return compact_number(value);
    if (entry->unit == "ns") return compact_microseconds(value) + " us";
    if (entry->unit == "bytes") return format_size(value);
    return compact_number(value) + (entry->unit.starts_with("GB/s") ? " GB/s" : "");
}

std::string ratio_text(double ratio) { return ratio < 9.9995 ? fmt::format("{:.3f}x", ratio) : times_text(ratio); }

std::string exact_ratio_text(double ratio, double limit) {
    constexpr double rounding = 1e-12; // as in judge_by_value()
    constexpr int most = 12;
    std::string text = ratio_text(ratio);
    if (std::abs(ratio - limit) < rounding * limit) return text;
    for (int places = 4; places <= most && text == fmt::format("{:.{}f}x", limit, places - 1); ++places)
        text = fmt::format("{:.{}f}x", ratio, places);
    return text;
}

std::string ratio_interval_text(const RatioEstimate& ratio) {
    if (!ratio.ci_low || !ratio.ci_high) return {};
    constexpr double huge = 1e6; // of two unlike blocks
    if (*ratio.ci_high >= huge) return fmt::format("{:.2g}-{:.2g}", *ratio.ci_low, *ratio.ci_high);
    const int places = *ratio.ci_high < 9.9995 ? 3 : 1;
    return fmt::format("{:.{}f}-{:.{}f}", *ratio.ci_low, places, *ratio.ci_high, places);
}

std::string figure_text(const MetricComparison& row, const std::optional<Figure>& figure) {
    return figure ? quantity_text(row.metric, figure->value()) : "n/a";
}

std::string row_ratio_text(const MetricComparison& row) {
    if (!row.ratio) return "n/a";
    return row.exact ? exact_ratio_text(row.ratio->ratio) : ratio_text(row.ratio->ratio);
}

std::string adjusted_p_text(const MetricComparison& row) {
    return row.p_adjusted ? fmt::format("{:.2g}", *row.p_adjusted) : "";
}

std::string at_text(std::string_view loop, std::uint32_t k) { return row_name(loop, k); }

std::string list_text(const std::vector<LoopAtK>& rows) {
    std::vector<std::string> texts;
    for (const LoopAtK& row : rows)
        texts.push_back(at_text(row.loop, row.k));
    return join(texts, ", ");
}

std::vector<const MetricComparison*> worst_first(const RunComparison& comparison) {
    std::vector<const MetricComparison*> rows;
    for (const MetricComparison& row : comparison.rows)
        rows.push_back(&row);
    std::stable_sort(rows.begin(), rows.end(), [](const MetricComparison* a, const MetricComparison* b) {
        if (a->verdict != b->verdict) return place_of(a->verdict) < place_of(b->verdict);
        return distance_of(*a) > distance_of(*b);
    });
    return rows;
}

std::string verdicts_text(const std::vector<const MetricComparison*>& rows) {
    return counts_text(rows, {"worse", "better", "unresolved", "same"},
                       [](const MetricComparison& row) { return name_of(row.verdict); });
}

std::vector<const GateResult*> failed_first(const RunComparison& comparison) {
    std::vector<const GateResult*> gates;
    for (const GateOutcome outcome : {GateOutcome::fail, GateOutcome::unresolved, GateOutcome::pass})
        for (const GateResult& gate : comparison.gates)
            if (gate.outcome == outcome) gates.push_back(&gate);
    return gates;
}

std::string outcomes_text(const std::vector<const GateResult*>& gates) {
    return counts_text(gates, {"failed", "unresolved", "passed"}, past_of);
}

namespace {

std::string gate_value_text(const GateResult& gate, double value) {
    if (gate.gate.relative) return gate.exact ? exact_ratio_text(value, gate.gate.limit) : ratio_text(value);
    std::string text = quantity_text(gate.gate.metric, value);
    // What decides by a byte is shown to the byte.
    if (gate.exact && text.ends_with("iB")) text += fmt::format(" ({:.10g} B)", value);
    return text;
}

} // namespace

std::string gate_figure_text(const GateResult& gate) {
    if (!gate.value) return {};
    std::string text = gate_value_text(gate, *gate.value) + (gate.exact ? ", exact" : "");
    if (gate.ci_low && gate.ci_high)
        text +=
            fmt::format(", 95% CI {} to {}", gate_value_text(gate, *gate.ci_low), gate_value_text(gate, *gate.ci_high));
    return text;
}

std::string figures_text(const RunComparison& comparison, const GateResult& gate) {
    std::string text = at_text(gate.loop, gate.k) + ": ";
    std::vector<std::string> parts;
    if (gate.value) parts.push_back(gate_figure_text(gate));
    if (const MetricComparison* row = comparison.find(gate.loop, gate.k, gate.gate.metric)) {
        if (row->base && row->head)
            parts.push_back(fmt::format("base {}, head {} ({})", quantity_text(row->metric, row->base->value()),
                                        quantity_text(row->metric, row->head->value()), name_of(row->head->tier)));
    }
    if (!gate.reason.empty()) parts.push_back(gate.reason);
    return text + join(parts, "; ");
}

} // namespace bytebound
