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
    if (c.verdict == Verdict::same) {
        if (!interval)
            return fmt::format("{} and {} are the same in {} at k={}: equal{}", c.loop, c.vs, words.subject, c.k,
                               basis(tier));
        return fmt::format("{} and {} are the same within {:g}% in {} at k={}: {:.3f}x, 95% CI {:.3f}-{:.3f}{}", c.loop,
                           c.vs, c.same_within * 100, words.subject, c.k, c.ratio.ratio, *c.ratio.ci_low,
                           *c.ratio.ci_high, basis(tier));
    }
    if (c.verdict == Verdict::unresolved && !interval)
        return fmt::format("it is not known whether {} and {} differ in {} at k={}: {}x, without an interval{}", c.loop,
                           c.vs, words.subject, c.k, times(c.ratio.ratio), basis(tier));
    if (c.verdict == Verdict::unresolved)
        return fmt::format("{} and {} do not differ significantly in {} at k={}: {}x, 95% CI {}-{}{}", c.loop, c.vs,
                           words.subject, c.k, times(c.ratio.ratio), times(*c.ratio.ci_low), times(*c.ratio.ci_high),
                           basis(tier));
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
