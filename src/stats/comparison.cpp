#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/blocks.hpp"
#include "stats/estimate.hpp"
#include "stats/run_to_run.hpp"
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

/// Fieller's ends for a > 0, the roots of a r^2 - 2 b r + c. Times, bytes, counts and rates are never below 0, nor are
/// their ratios.
void put_roots(RatioEstimate& result, double a, double b, double c) {
    const double root = std::sqrt(std::max(b * b - a * c, 0.0));
    result.ci_low = std::min((b - root) / a, result.ratio);
    if (result.ratio >= 0) result.ci_low = std::max(*result.ci_low, 0.0);
    result.ci_high = std::max((b + root) / a, result.ratio);
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
    if (a > 0) put_roots(result, a, b, c);
    const double error = std::sqrt(std::max(of_vs - 2 * of_both + of_loop, 0.0) * pairs.share);
    if (error > 0) result.p_value = two_sided_p((vs - loop) / error, freedom);
}

/// One of two independent runs.
struct RunBlocks {
    double value = 0;           ///< the statistic over all steps
    std::vector<double> blocks; ///< values
    double share = 1;           ///< variance_share of their weights
    double deviation = 0;       ///< RunFigure::deviation
};

RunBlocks blocks_of_run(const RunFigure& figure, Stat stat, double value) {
    RunBlocks out{value, {}, 1, figure.deviation};
    std::vector<double> weights;
    for (const std::optional<Block>& block : blocks_of(figure.samples, stat)) {
        if (!block) continue;
        out.blocks.push_back(block->value);
        weights.push_back(is_mean_of_blocks(stat) ? block->weight : 1);
    }
    out.share = variance_share(weights);
    return out;
}

/// Error of the difference of two independent means, and its degrees of freedom by Welch (1947) and Satterthwaite.
/// `known`: variance that does not come from the blocks and has no degrees of freedom.
struct Welch {
    double error = 0, freedom = 1;
};
Welch welch(const std::vector<double>& base, double base_share, const std::vector<double>& head, double head_share,
            double known) {
    const double a = variance(base) * base_share, b = variance(head) * head_share, all = a + b + known;
    Welch out{std::sqrt(all), 1};
    if (a + b == 0) return {out.error, std::numeric_limits<double>::max()};
    const std::size_t fewer = std::min(base.size(), head.size());
    // A variance of two blocks is often far too small by chance, and gives the other run's freedom to the difference:
    // with 2 against 6 blocks, 7 % of the intervals would be wrong (docs/statistics.md).
    if (base.size() != head.size() && fewer < few_blocks_below) return {out.error, static_cast<double>(fewer) - 1};
    // By shares: the squares of small variances would underflow.
    const double of_a = a / all, of_b = b / all;
    out.freedom = 1 / (of_a * of_a / (static_cast<double>(base.size()) - 1) +
                       of_b * of_b / (static_cast<double>(head.size()) - 1));
    return out;
}

/// The same with what two runs differ by, twice the variance from run to run. By Satterthwaite, too, whose sum of
/// squares over degrees of freedom is half the square of a variance's standard error.
Welch with_run_to_run(const Welch& within, const RunToRun& between) {
    const double inner = within.error * within.error, all = inner + 2 * between.variance;
    if (all == 0) return within;
    const double of_within = inner / all, of_between = std::sqrt(2.0) * between.variance_error / all;
    const double square = of_within * of_within / within.freedom + of_between * of_between;
    return {std::sqrt(all), square == 0 ? within.freedom : std::max(1 / square, 1.0)};
}

std::vector<double> logs_of(const RunBlocks& side) {
    std::vector<double> logs;
    for (const double block : side.blocks)
        logs.push_back(log_ratio(block, side.value));
    return logs;
}

/// Welch's t on the logarithms of the blocks.
void put_by_logs(RatioEstimate& result, const RunBlocks& base, const RunBlocks& head, Stat stat,
                 const RunToRun* run_to_run) {
    const std::vector<double> of_base = logs_of(base), of_head = logs_of(head);
    const double known = std::pow(base.deviation / base.value, 2) + std::pow(head.deviation / head.value, 2);
    Welch t = welch(of_base, base.share, of_head, head.share, known);
    if (run_to_run != nullptr) t = with_run_to_run(t, *run_to_run);
    const double between = is_mean_of_blocks(stat) ? 0 : mean(of_head) - mean(of_base);
    const double center = log_ratio(head.value, base.value) + between;
    if (const auto ends = ends_on_log_scale(1, center, t_quantile(t.freedom) * t.error, result.ratio)) {
        result.ci_low = ends->low;
        result.ci_high = ends->high;
    }
    if (t.error > 0) result.p_value = two_sided_p(center / t.error, t.freedom);
}

/// Fieller's interval for independent runs: those ratios r for which value(head) - r * value(base) does not differ from
/// 0, with the degrees of freedom of the difference itself, so that it includes 1 where that is not significant.
void put_by_differences(RatioEstimate& result, const RunBlocks& base, const RunBlocks& head) {
    const double known = base.deviation * base.deviation + head.deviation * head.deviation;
    const Welch t = welch(base.blocks, base.share, head.blocks, head.share, known);
    const double quantile = t_quantile(t.freedom), scale = quantile * quantile;
    const double of_base = variance(base.blocks) * base.share + base.deviation * base.deviation;
    const double of_head = variance(head.blocks) * head.share + head.deviation * head.deviation;
    const double a = base.value * base.value - scale * of_base, b = base.value * head.value,
                 c = head.value * head.value - scale * of_head;
    if (a > 0) put_roots(result, a, b, c);
    if (t.error > 0) result.p_value = two_sided_p((head.value - base.value) / t.error, t.freedom);
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
    result->blocks = pairs.loop.size();
    if (pairs.loop.size() < 2) return result;
    if (all_positive(pairs.loop) && all_positive(pairs.vs) && result->ratio > 0)
        put_by_logs(*result, pairs, stat, log_ratio(*of_vs, *of_loop));
    else
        put_by_differences(*result, pairs, *of_loop, *of_vs);
    return result;
}

std::optional<RatioEstimate> compare_runs(const RunFigure& base, const RunFigure& head, Stat stat,
                                          const RunToRun* between) {
    const auto of_base = value_of_all(base.samples, stat), of_head = value_of_all(head.samples, stat);
    std::optional<RatioEstimate> result = ratio_of(of_base, of_head);
    if (!result) return std::nullopt;
    const RunBlocks before = blocks_of_run(base, stat, *of_base), after = blocks_of_run(head, stat, *of_head);
    if (before.blocks.size() < 2 || after.blocks.size() < 2) return result;
    if (all_positive(before.blocks) && all_positive(after.blocks) && before.value > 0 && after.value > 0)
        put_by_logs(*result, before, after, stat, between);
    else
        put_by_differences(*result, before, after);
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
    // Sums of whole numbers per step, divided by unlike numbers of steps: equal ones differ in their last digits only.
    constexpr double rounding = 1e-12;
    if (std::abs(estimate.ratio - 1) < rounding) return Verdict::same;
    return estimate.ratio > 1 ? Verdict::better : Verdict::worse;
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
