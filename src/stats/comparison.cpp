#include <algorithm>

#include "stats/bootstrap.hpp"
#include "stats/estimate.hpp"
#include "stats/statistics.hpp"

namespace bytebound {

namespace {

std::optional<double> quotient(std::optional<double> vs, std::optional<double> loop) {
    if (!vs || !loop || *loop == 0) return std::nullopt;
    return *vs / *loop;
}

template <class Statistic>
std::optional<std::pair<double, double>> joint_interval(const FlatSamples& loop, const FlatSamples& vs,
                                                        const BootstrapOptions& options) {
    // Only what both have can be drawn jointly; a run that was stopped has a last block of one loop only.
    const std::uint32_t blocks = std::min(loop.blocks(), vs.blocks());
    const MovingRuns runs(std::min(loop.steps(), vs.steps()));
    const bool one_block = blocks == 1;
    if (blocks == 0 || (one_block && runs.starts() < 2)) return std::nullopt;

    Statistic of_loop(loop), of_vs(vs);
    Random random(options.seed);
    const auto add_block = [](const FlatSamples& flat, std::uint32_t block, Statistic& statistic) {
        for (std::uint32_t step = flat.begin[block]; step < flat.begin[block + 1]; ++step)
            statistic.add(step);
    };
    return percentile_interval(options, [&] {
        of_loop.clear();
        of_vs.clear();
        if (one_block)
            runs.draw(random, [&](std::uint32_t step) { of_loop.add(step), of_vs.add(step); });
        else
            for (std::uint32_t i = 0; i < blocks; ++i) {
                const std::uint32_t block = random.below(blocks);
                add_block(loop, block, of_loop);
                add_block(vs, block, of_vs);
            }
        return quotient(of_vs.value(), of_loop.value());
    });
}

} // namespace

std::optional<RatioEstimate> compare_points(const Samples& loop, const Samples& vs, Stat stat) {
    const auto of_loop = point(loop, stat), of_vs = point(vs, stat);
    if (!of_loop || !of_vs || of_loop->value == 0) return std::nullopt;
    RatioEstimate result;
    result.ratio = of_vs->value / of_loop->value;
    return result;
}

std::optional<RatioEstimate> compare(const Samples& loop, const Samples& vs, Stat stat,
                                     const BootstrapOptions& options) {
    std::optional<RatioEstimate> result = compare_points(loop, vs, stat);
    if (!result) return std::nullopt;
    const FlatSamples flat_loop(loop, true), flat_vs(vs, true);
    const auto ends = with_statistic(
        stat, [&](auto type) { return joint_interval<typename decltype(type)::type>(flat_loop, flat_vs, options); });
    if (ends) {
        result->ci_low = ends->first;
        result->ci_high = ends->second;
    }
    return result;
}

Verdict judge(const RatioEstimate& estimate) {
    if (!estimate.ci_low || !estimate.ci_high) return Verdict::unresolved;
    if (*estimate.ci_low > 1) return Verdict::better;
    if (*estimate.ci_high < 1) return Verdict::worse;
    return Verdict::unresolved;
}

Verdict judge_by_value(const RatioEstimate& estimate) {
    if (estimate.ratio > 1) return Verdict::better;
    return estimate.ratio < 1 ? Verdict::worse : Verdict::unresolved;
}

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::better: return "better";
    case Verdict::worse: return "worse";
    case Verdict::unresolved: return "unresolved";
    }
    return "";
}

} // namespace bytebound
