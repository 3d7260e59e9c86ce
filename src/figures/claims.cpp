#include "figures/claims.hpp"

#include <fmt/format.h>

#include "catalogue/metrics.hpp"

namespace bytebound {
namespace {

/// Two decimals are the resolution of a 95 % interval; above 100 they would only be noise.
std::string times(double ratio) { return ratio < 100 ? fmt::format("{:.2f}", ratio) : fmt::format("{:.0f}", ratio); }

std::string basis(Tier tier) {
    if (tier == Tier::computed) return " (by construction)";
    return tier == Tier::timed || tier == Tier::counted ? "" : fmt::format(" ({})", name_of(tier));
}

} // namespace

std::string claim_text(const Comparison& c, Tier tier) {
    const ComparedWords words = find_metric(c.metric)->compared;
    const bool interval = c.ratio.ci_low && c.ratio.ci_high;
    if (c.verdict == Verdict::unresolved) {
        std::string why = "equal";
        if (interval) {
            why =
                fmt::format("{}x, 95% CI {}-{}", times(c.ratio.ratio), times(*c.ratio.ci_low), times(*c.ratio.ci_high));
        } else if (tier != Tier::computed) {
            why = fmt::format("{}x, without an interval", times(c.ratio.ratio));
        }
        return fmt::format("{} and {} do not differ significantly in {} at k={}: {}{}", c.loop, c.vs, words.subject,
                           c.k, why, basis(tier));
    }
    const bool better = c.verdict == Verdict::better;
    const double factor = better ? c.ratio.ratio : 1 / c.ratio.ratio;
    std::string ci;
    if (interval) {
        const double low = better ? *c.ratio.ci_low : 1 / *c.ratio.ci_high;
        const double high = better ? *c.ratio.ci_high : 1 / *c.ratio.ci_low;
        ci = fmt::format(" (95% CI {}-{})", times(low), times(high));
    }
    return fmt::format("{} {} {}x{} {} than {} at k={}{}", c.loop, words.verb, times(factor), ci,
                       better ? words.better : words.worse, c.vs, c.k, basis(tier));
}

} // namespace bytebound
