#include "stats/estimate.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "stats/blocks.hpp"
#include "stats/student.hpp"

namespace bytebound {
namespace {

bool all_alike(const std::vector<std::vector<double>>& blocks) {
    std::optional<double> first;
    for (const auto& block : blocks)
        for (const double value : block) {
            if (!first) first = value;
            if (value != *first) return false;
        }
    return true;
}

bool below_zero(const std::vector<std::vector<double>>& blocks) {
    return std::any_of(blocks.begin(), blocks.end(), [](const std::vector<double>& block) {
        return std::any_of(block.begin(), block.end(), [](double value) { return value < 0; });
    });
}

/// Student's t on the values of the blocks, for figures that can be 0 or negative.
std::optional<Ends> linear_interval(double value, const std::vector<double>& blocks, double share, Stat stat) {
    const double half = t_quantile(static_cast<double>(blocks.size()) - 1) * std::sqrt(variance(blocks) * share);
    const double center = is_mean_of_blocks(stat) ? value : mean(blocks);
    const Ends ends{std::min(center - half, value), std::max(center + half, value)};
    return std::isfinite(ends.low) && std::isfinite(ends.high) ? std::optional(ends) : std::nullopt;
}

/// The same on their logarithms: times, bytes and rates vary by factors.
std::optional<Ends> log_interval(double value, const std::vector<double>& blocks, double share, Stat stat) {
    std::vector<double> logs;
    for (const double block : blocks)
        logs.push_back(log_ratio(block, value));
    const double half = t_quantile(static_cast<double>(logs.size()) - 1) * std::sqrt(variance(logs) * share);
    // The mean over all steps is above the mean of the logarithms by half of their variance.
    return ends_on_log_scale(value, is_mean_of_blocks(stat) ? 0 : mean(logs), half, value);
}

std::optional<Ends> interval(const Samples& samples, Stat stat, double value) {
    std::vector<double> blocks, weights;
    for (const std::optional<Block>& block : blocks_of(samples, stat)) {
        if (!block) continue;
        blocks.push_back(block->value);
        weights.push_back(is_mean_of_blocks(stat) ? block->weight : 1);
    }
    if (blocks.size() < 2) return std::nullopt;
    if (all_alike(samples.numerator) && all_alike(samples.denominator)) return Ends{value, value};
    const double share = variance_share(weights);
    if (all_positive(blocks) && value > 0) return log_interval(value, blocks, share, stat);
    std::optional<Ends> ends = linear_interval(value, blocks, share, stat);
    // What no step was below, the figure cannot be below.
    if (ends && !below_zero(samples.numerator) && !below_zero(samples.denominator))
        ends->low = std::max(ends->low, 0.0);
    return ends;
}

} // namespace

std::optional<Estimate> point(const Samples& samples, Stat stat) {
    const std::optional<double> value = value_of_all(samples, stat);
    if (!value) return std::nullopt;
    Estimate result;
    result.value = *value;
    result.stat = stat;
    for (const auto& block : samples.numerator)
        result.n += block.size();
    result.blocks = values_of_blocks(samples, stat).size();
    return result;
}

std::optional<Estimate> estimate(const Samples& samples, Stat stat) {
    std::optional<Estimate> result = point(samples, stat);
    if (!result) return std::nullopt;
    if (const std::optional<Ends> ends = interval(samples, stat, result->value)) {
        result->ci_low = ends->low;
        result->ci_high = ends->high;
    }
    return result;
}

std::optional<Estimate> median_of_independent(std::span<const double> samples) {
    Samples each;
    for (const double sample : samples)
        each.numerator.push_back({sample});
    std::optional<Estimate> result = estimate(each, Stat::median);
    if (!result || samples.size() < few_blocks_below) return result;
    // The number of samples below the median is binomial: order statistics r and n + 1 - r, from 1, enclose it unless
    // fewer than r samples are on one of its sides.
    const boost::math::binomial below(static_cast<double>(samples.size()), 0.5);
    std::size_t outside = 0;
    while (boost::math::cdf(below, static_cast<double>(outside)) <= 0.025)
        ++outside;
    std::vector<double> sorted(samples.begin(), samples.end());
    std::sort(sorted.begin(), sorted.end());
    result->ci_low = sorted[outside - 1];
    result->ci_high = sorted[sorted.size() - outside];
    return result;
}

} // namespace bytebound
