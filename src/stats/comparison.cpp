#include <algorithm>
#include <cmath>

#include "stats/blocks.hpp"
#include "stats/estimate.hpp"
#include "stats/student.hpp"

namespace bytebound {
namespace {

/// The blocks that both have, in order.
struct Pairs {
    std::vector<double> loop, vs;
    double share = 1; ///< variance_share of their weights
};

Pairs pairs_of(const Samples& loop, const Samples& vs, Stat stat) {
    Pairs out;
    std::vector<double> weights;
    const auto ours = blocks_of(loop, stat), theirs = blocks_of(vs, stat);
    for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
        if (!ours[i] || !theirs[i]) continue;
        out.loop.push_back(ours[i]->value);
        out.vs.push_back(theirs[i]->value);
        weights.push_back(is_mean_of_blocks(stat) ? ours[i]->weight + theirs[i]->weight : 1);
    }
    out.share = variance_share(weights);
    return out;
}

std::optional<RatioEstimate> ratio_of(std::optional<double> loop, std::optional<double> vs) {
    if (!loop || !vs || *loop == 0) return std::nullopt;
    RatioEstimate result;
    result.ratio = *vs / *loop;
    return result;
}

/// Student's t on the logarithms of the blocks' ratios. `log_of_all`: of the ratio itself.
void put_by_logs(RatioEstimate& result, const Pairs& pairs, Stat stat, double log_of_all) {
    std::vector<double> logs;
    for (std::size_t i = 0; i < pairs.loop.size(); ++i)
        logs.push_back(log_ratio(pairs.vs[i], pairs.loop[i]));
    const double freedom = static_cast<double>(logs.size()) - 1;
    const double error = std::sqrt(variance(logs) * pairs.share);
    const double center = is_mean_of_blocks(stat) ? log_of_all : mean(logs);
    if (const auto ends = ends_on_log_scale(1, center, t_quantile(freedom) * error, result.ratio)) {
        result.ci_low = ends->low;
        result.ci_high = ends->high;
    }
    if (error > 0) result.p_value = two_sided_p(center / error, freedom);
}

double covariance(const std::vector<double>& a, const std::vector<double>& b) {
    const double a_mean = mean(a), b_mean = mean(b);
    double out = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        out += (a[i] - a_mean) * (b[i] - b_mean);
    return out / (static_cast<double>(a.size()) - 1);
}

/// Fieller (1954): the ratios r for which value(vs) - r * value(loop) does not differ from 0. Where value(loop) itself
/// does not differ from 0, these are unbounded, and there is no interval.
void put_by_differences(RatioEstimate& result, const Pairs& pairs, double loop, double vs) {
    const double freedom = static_cast<double>(pairs.loop.size()) - 1;
    const double t = t_quantile(freedom), scale = t * t * pairs.share;
    const double of_loop = variance(pairs.loop), of_vs = variance(pairs.vs), of_both = covariance(pairs.loop, pairs.vs);
    const double a = loop * loop - scale * of_loop, b = loop * vs - scale * of_both, c = vs * vs - scale * of_vs;
    if (a > 0) {
        const double root = std::sqrt(std::max(b * b - a * c, 0.0));
        result.ci_low = std::min((b - root) / a, result.ratio);
        result.ci_high = std::max((b + root) / a, result.ratio);
    }
    const double error = std::sqrt(std::max(of_vs - 2 * of_both + of_loop, 0.0) * pairs.share);
    if (error > 0) result.p_value = two_sided_p((vs - loop) / error, freedom);
}

} // namespace

std::optional<RatioEstimate> compare_points(const Samples& loop, const Samples& vs, Stat stat) {
    return ratio_of(value_of_all(loop, stat), value_of_all(vs, stat));
}

std::optional<RatioEstimate> compare(const Samples& loop, const Samples& vs, Stat stat) {
    const auto of_loop = value_of_all(loop, stat), of_vs = value_of_all(vs, stat);
    std::optional<RatioEstimate> result = ratio_of(of_loop, of_vs);
    if (!result) return std::nullopt;
    const Pairs pairs = pairs_of(loop, vs, stat);
    if (pairs.loop.size() < 2) return result;
    if (all_positive(pairs.loop) && all_positive(pairs.vs) && result->ratio > 0)
        put_by_logs(*result, pairs, stat, log_ratio(*of_vs, *of_loop));
    else
        put_by_differences(*result, pairs, *of_loop, *of_vs);
    return result;
}

std::vector<double> holm_adjusted(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
    std::vector<double> adjusted(p_values.size());
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const double remaining = static_cast<double>(order.size() - rank);
        largest = std::max(largest, std::min(remaining * p_values[order[rank]], 1.0));
        adjusted[order[rank]] = largest;
    }
    return adjusted;
}

Verdict judge(const RatioEstimate& estimate, double threshold) {
    if (!estimate.ci_low || !estimate.ci_high) return Verdict::unresolved;
    if (*estimate.ci_low >= 1 - threshold && *estimate.ci_high <= 1 + threshold) return Verdict::same;
    if (*estimate.ci_low > 1) return Verdict::better;
    if (*estimate.ci_high < 1) return Verdict::worse;
    return Verdict::unresolved;
}

Verdict judge_by_value(const RatioEstimate& estimate) {
    if (estimate.ratio > 1) return Verdict::better;
    return estimate.ratio < 1 ? Verdict::worse : Verdict::same;
}

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::better: return "better";
    case Verdict::worse: return "worse";
    case Verdict::same: return "same";
    case Verdict::unresolved: return "unresolved";
    }
    return "";
}

} // namespace bytebound
