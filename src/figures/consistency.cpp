#include "figures/consistency.hpp"

#include <cmath>

#include "catalogue/sources.hpp"

namespace bytebound {
namespace {

void add_causes(std::vector<std::string>& reasons, std::string_view source, bool less) {
    const SourceEntry* entry = find_source(source);
    if (entry == nullptr) return;
    for (const std::string_view cause : less ? entry->shows_less : entry->shows_more)
        if (!cause.empty())
            reasons.push_back(std::string(source) + (less ? " shows less: " : " shows more: ") + std::string(cause));
}

bool intervals_touch(const Estimate& a, const Estimate& b) {
    const double a_low = a.ci_low.value_or(a.value), a_high = a.ci_high.value_or(a.value);
    const double b_low = b.ci_low.value_or(b.value), b_high = b.ci_high.value_or(b.value);
    return a_low <= b_high && b_low <= a_high;
}

} // namespace

std::string_view name_of(Agreement verdict) { return verdict == Agreement::agrees ? "agrees" : "differs"; }

std::optional<Consistency> consistency(std::string_view first, const Estimate& of_first, std::string_view second,
                                       const Estimate& of_second, bool hierarchy_simulated) {
    if (of_second.value == 0 && of_first.value != 0) return std::nullopt;
    Consistency out;
    out.ratio = of_second.value == 0 ? 1 : of_first.value / of_second.value;
    const double difference = std::abs(of_first.value - of_second.value);
    if (difference <= agreeing_difference * std::abs(of_second.value) || intervals_touch(of_first, of_second))
        return out;
    out.verdict = Agreement::differs;
    if (hierarchy_simulated && (first == source_name::callgrind || second == source_name::callgrind))
        out.reasons.emplace_back(
            "callgrind emulates only the last level (and a small first one), not the levels of --cache-model");
    add_causes(out.reasons, first, out.ratio < 1);
    add_causes(out.reasons, second, out.ratio > 1);
    return out;
}

} // namespace bytebound
