#include "figures/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "catalogue/metrics.hpp"
#include "figures/number.hpp"

namespace bytebound {
namespace {

/// The sentence of a verdict. {extent}: "9.8x faster (95% CI ...)".
struct ClaimTemplate {
    Verdict verdict;
    std::string_view sentence, extent;
};
constexpr std::array templates = {
    ClaimTemplate{Verdict::better, "{loop} {verb} {factor}x {word} than {vs}{at}{basis}", "{factor}x {word}{basis}"},
    ClaimTemplate{Verdict::worse, "{loop} {verb} {factor}x {word} than {vs}{at}{basis}", "{factor}x {word}{basis}"},
    ClaimTemplate{Verdict::same, "{loop} and {vs} are the same in {subject}{at}{within}{basis}",
                  "the same as {vs} in {subject}{within}{basis}"},
    ClaimTemplate{Verdict::unresolved,
                  "the difference of {loop} and {vs} in {subject}{at} is unresolved: {factor}x{basis}",
                  "not resolved against {vs} in {subject}: {factor}x{basis}"},
};

/// The ratio as the sentence has it: the inverse, with its ends, where the loop is worse.
struct Factor {
    double value = 1;
    std::optional<double> low, high; ///< a low end alone: the interval has no other (the inverse of one from 0 on)
};

Factor factor_of(const Comparison& c) {
    const RatioEstimate& r = c.ratio;
    const bool interval = r.ci_low && r.ci_high;
    // A compared ratio is positive, although the interval of blocks that can be 0 may begin below.
    if (c.verdict != Verdict::worse)
        return interval ? Factor{r.ratio, std::max(*r.ci_low, 0.0), r.ci_high} : Factor{r.ratio, {}, {}};
    if (!interval) return {1 / r.ratio, std::nullopt, std::nullopt};
    return {1 / r.ratio, 1 / *r.ci_high, *r.ci_low > 0 ? std::optional(1 / *r.ci_low) : std::nullopt};
}

/// Decimals up to the first significant digit of the interval's half; two below 2, one below 10, at most four digits of
/// the factor, and more where an end that is not 1 would look like 1.
int decimals_of(const Factor& factor, Verdict verdict) {
    constexpr int most = 4;
    if (!factor.low) return factor.value < 100 ? 2 : 0;
    const double half = factor.high ? (*factor.high - *factor.low) / 2 : factor.value - *factor.low;
    const int least = factor.value < 2 ? 2 : factor.value < 10 ? 1 : 0;
    const int whole = factor.value < 10 ? 1 : static_cast<int>(std::floor(std::log10(factor.value))) + 1;
    const int digits = std::max(least, 4 - whole);
    int decimals = half > 0 ? std::clamp(-static_cast<int>(std::floor(std::log10(half))), least, digits) : 2;
    const auto looks_like_1 = [&](double value) {
        return value != 1 && fmt::format("{:.{}f}", value, decimals) == fmt::format("{:.{}f}", 1.0, decimals);
    };
    const bool resolved = verdict == Verdict::better || verdict == Verdict::worse;
    while (decimals < most && ((resolved && looks_like_1(*factor.low)) || (verdict == Verdict::same && decimals < 3)))
        ++decimals;
    return decimals;
}

std::string at_text(std::uint32_t k) { return has_k(k) ? fmt::format(" at k={}", k) : std::string(); }

std::string p_text(double p) {
    if (p < 0.001) return ", p < 0.001";
    return fmt::format(", p = {:.{}f}", p, p < 0.01 ? 4 : p < 0.1 ? 3 : 2);
}

/// What the sentence rests on; never an interval without its blocks.
std::string basis_of(const Comparison& c, const Factor& factor, int decimals, Tier tier) {
    if (tier == Tier::computed) return " (by construction)";
    const std::string blocks = fmt::format("{} block{}", c.ratio.blocks, c.ratio.blocks == 1 ? "" : "s");
    const std::string source = tier == Tier::timed ? "" : fmt::format(", {}", name_of(tier));
    if (!factor.low) return fmt::format(" ({}{}, no interval)", blocks, source);
    const std::string ends = factor.high ? fmt::format("{:.{}f}–{:.{}f}", *factor.low, decimals, *factor.high, decimals)
                                         : fmt::format("{:.{}f} or more", *factor.low, decimals);
    return fmt::format(" (95% CI {}, {}{}{})", ends, blocks, c.ratio.p_value ? p_text(*c.ratio.p_value) : "", source);
}

/// ", within 1%: 1.004x"; empty for figures that are equal.
std::string within_text(const Comparison& c, const Factor& factor, int decimals) {
    return factor.low ? fmt::format(", within {:g}%: {:.{}f}x", c.same_within * 100, factor.value, decimals) : "";
}

std::string filled(std::string_view sentence, const Comparison& c, Tier tier) {
    const ComparedWords words = find_metric(c.metric)->compared;
    const Factor factor = factor_of(c);
    const int decimals = decimals_of(factor, c.verdict);
    return fmt::format(fmt::runtime(sentence), fmt::arg("loop", c.loop), fmt::arg("vs", c.vs),
                       fmt::arg("at", at_text(c.k)), fmt::arg("verb", words.verb), fmt::arg("subject", words.subject),
                       fmt::arg("word", c.verdict == Verdict::worse ? words.worse : words.better),
                       fmt::arg("within", within_text(c, factor, decimals)),
                       fmt::arg("factor", fmt::format("{:.{}f}", factor.value, decimals)),
                       fmt::arg("basis", basis_of(c, factor, decimals, tier)));
}

const ClaimTemplate& template_of(Verdict verdict) {
    return *std::find_if(templates.begin(), templates.end(),
                         [verdict](const ClaimTemplate& each) { return each.verdict == verdict; });
}

/// "; it moved 1.03 times the bound (simulated)"
std::string moved_text(const Summary& summary, const Comparison& c) {
    const SummaryRow* row = summary.find(c.loop, c.k);
    const Figure* moved =
        c.metric == metric_name::time_ns && row != nullptr ? row->find(metric_name::amplification) : nullptr;
    if (moved == nullptr) return {};
    return fmt::format("; it moved {} times the bound ({})", compact_number(moved->value()), name_of(moved->tier));
}

} // namespace

std::string claim_text(const Comparison& c, Tier tier) { return filled(template_of(c.verdict).sentence, c, tier); }
std::string extent_text(const Comparison& c, Tier tier) { return filled(template_of(c.verdict).extent, c, tier); }

std::vector<std::string> paper_claims(const Summary& summary) {
    std::vector<std::string> claims;
    for (const Comparison& each : summary.comparisons)
        claims.push_back(each.claim + moved_text(summary, each));
    return claims;
}

std::vector<std::string> claims_lost_by_adjustment(const Summary& summary) {
    constexpr double significant_below = 0.05;
    std::vector<std::string> lost;
    for (const Comparison& each : summary.comparisons) {
        const bool resolved = each.verdict == Verdict::better || each.verdict == Verdict::worse;
        if (!resolved || !each.p_adjusted || *each.p_adjusted < significant_below) continue;
        lost.push_back(fmt::format("{} against {} in {}{} (adjusted{})", each.loop, each.vs,
                                   find_metric(each.metric)->compared.subject, at_text(each.k),
                                   p_text(*each.p_adjusted).substr(1)));
    }
    return lost;
}

} // namespace bytebound
