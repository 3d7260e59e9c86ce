#include "evidence/ratchet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"

namespace bytebound {
namespace {

constexpr int significant_digits = 4;
constexpr std::size_t context_lines = 3;

/// Whether the limit is on the side that an improvement leaves.
bool limits_the_worse_side(const GateExpression& gate) {
    const MetricEntry* metric = find_metric(gate.metric);
    return metric != nullptr && metric->better == (gate.at_most ? Better::lower : Better::higher);
}

/// The end of a result that the limit has to keep.
std::optional<double> far_end(const GateResult& result) {
    if (result.exact) return result.value;
    return result.gate.at_most ? result.ci_high : result.ci_low;
}

/// "0.8235": a number with few digits that is not nearer to what it limits.
std::string rounded_away(double value, bool upwards) {
    if (value == 0) return "0";
    const int places = std::clamp(significant_digits - 1 - static_cast<int>(std::floor(std::log10(value))), 0, 12);
    const double scale = std::pow(10, places), rounding = upwards ? 1 - 1e-12 : 1 + 1e-12;
    const double scaled = value * scale * rounding;
    std::string text = fmt::format("{:.{}f}", (upwards ? std::ceil(scaled) : std::floor(scaled)) / scale, places);
    if (places > 0) text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

bool is_tighter(const GateExpression& gate, double limit) {
    return gate.at_most ? limit < gate.limit : limit > gate.limit;
}

/// The result that comes nearest to the limit; null if one of them is not settled, or none improved.
const GateResult* binding_result(const GateExpression& gate, const RunComparison& comparison) {
    const GateResult* binding = nullptr;
    for (const GateResult& result : comparison.gates) {
        if (result.gate.text != gate.text) continue;
        const MetricComparison* row = comparison.find(result.loop, result.k, gate.metric);
        const bool nothing = row != nullptr && row->exact && row->base->value() == 0 && row->head->value() == 0;
        if (nothing) continue; // at k = 0
        if (row == nullptr || !far_end(result)) return nullptr;
        if (row->verdict != Verdict::better && row->verdict != Verdict::same) return nullptr;
        const bool nearer = binding == nullptr || (gate.at_most ? *far_end(result) > *far_end(*binding)
                                                                : *far_end(result) < *far_end(*binding));
        if (nearer) binding = &result;
    }
    if (binding == nullptr) return nullptr;
    const MetricComparison* row = comparison.find(binding->loop, binding->k, gate.metric);
    return row->verdict == Verdict::better ? binding : nullptr;
}

} // namespace

Ratchet tighten(const GatesFile& file, const RunComparison& comparison) {
    Ratchet out{file.text, {}};
    std::vector<std::pair<std::size_t, const FileGate*>> order;
    for (const FileGate& each : file.gates)
        order.emplace_back(each.begin, &each);
    // From the end of the text, so that the places before stay.
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [begin, each] : order) {
        const GateExpression& gate = each->gate;
        if (!limits_the_worse_side(gate)) continue;
        const GateResult* binding = binding_result(gate, comparison);
        if (binding == nullptr) continue;
        const std::string number = rounded_away(*far_end(*binding) / gate.unit, gate.at_most);
        if (!is_tighter(gate, std::stod(number) * gate.unit)) continue;
        const bool in_text = begin != std::string::npos;
        out.limits.insert(out.limits.begin(),
                          TighterLimit{gate.text, number, row_name(binding->loop, binding->k) + " is better", in_text});
        if (in_text) out.text.replace(begin + gate.number_begin, gate.number_size, number);
    }
    return out;
}

std::string unified_diff(const std::string& name, const std::string& before, const std::string& after) {
    if (before == after) return {};
    const auto lines_of = [](const std::string& text) {
        std::vector<std::string> lines = split(text, '\n');
        if (lines.back().empty())
            lines.pop_back();
        else
            lines.back() += "\n\\ No newline at end of file";
        return lines;
    };
    const std::vector<std::string> ours = lines_of(before), theirs = lines_of(after);
    std::string text = fmt::format("--- {0}\n+++ {0}\n", name);
    for (std::size_t i = 0; i < ours.size();) {
        if (ours[i] == theirs[i]) {
            ++i;
            continue;
        }
        // A hunk ends where more lines are equal than two contexts take.
        const std::size_t begin = i - std::min(i, context_lines);
        std::size_t last = i;
        for (std::size_t at = i; at < ours.size() && at <= last + 2 * context_lines + 1; ++at)
            if (ours[at] != theirs[at]) last = at;
        const std::size_t end = std::min(last + 1 + context_lines, ours.size());
        text += fmt::format("@@ -{0},{1} +{0},{1} @@\n", begin + 1, end - begin);
        for (std::size_t at = begin; at < end;) {
            if (ours[at] == theirs[at]) {
                text += " " + ours[at++] + "\n";
                continue;
            }
            std::size_t changed = at;
            while (changed < end && ours[changed] != theirs[changed])
                text += "-" + ours[changed++] + "\n";
            for (; at < changed; ++at)
                text += "+" + theirs[at] + "\n";
        }
        i = end;
    }
    return text;
}

} // namespace bytebound
