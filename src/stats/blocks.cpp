#include "stats/blocks.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace bytebound {
namespace {

double sum(const std::vector<double>& values) {
    double out = 0;
    for (const double value : values)
        out += value;
    return out;
}

/// `under`: empty unless the statistic divides.
std::optional<double> statistic(const std::vector<double>& over, const std::vector<double>& under, Stat stat) {
    if (over.empty()) return std::nullopt;
    switch (stat) {
    case Stat::median: return median(over);
    case Stat::mean: return mean(over);
    case Stat::ratio: {
        const double divisor = sum(under);
        return divisor == 0 ? std::nullopt : std::optional(sum(over) / divisor);
    }
    case Stat::rate: {
        if (under.empty()) return std::nullopt;
        const double divisor = median(under);
        return divisor == 0 ? std::nullopt : std::optional(mean(over) / divisor);
    }
    }
    return std::nullopt;
}

const std::vector<double>& denominator_of(const Samples& samples, std::size_t block) {
    static const std::vector<double> none;
    return samples.denominator.empty() ? none : samples.denominator[block];
}

std::vector<double> all_of(const std::vector<std::vector<double>>& blocks) {
    std::vector<double> out;
    for (const auto& block : blocks)
        out.insert(out.end(), block.begin(), block.end());
    return out;
}

} // namespace

std::optional<double> value_of_all(const Samples& samples, Stat stat) {
    assert(samples.denominator.empty() || samples.denominator.size() == samples.numerator.size());
    return statistic(all_of(samples.numerator), all_of(samples.denominator), stat);
}

std::vector<std::optional<Block>> blocks_of(const Samples& samples, Stat stat) {
    std::vector<std::optional<Block>> out;
    for (std::size_t i = 0; i < samples.numerator.size(); ++i) {
        const std::vector<double>&over = samples.numerator[i], &under = denominator_of(samples, i);
        const std::optional<double> value = statistic(over, under, stat);
        const double weight = stat == Stat::ratio ? sum(under) : static_cast<double>(over.size());
        out.push_back(value ? std::optional(Block{*value, weight}) : std::nullopt);
    }
    return out;
}

std::vector<double> values_of_blocks(const Samples& samples, Stat stat) {
    std::vector<double> out;
    for (const std::optional<Block>& block : blocks_of(samples, stat))
        if (block) out.push_back(block->value);
    return out;
}

bool is_mean_of_blocks(Stat stat) { return stat == Stat::mean || stat == Stat::ratio; }

bool all_positive(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double each) { return each > 0; });
}

double variance_share(const std::vector<double>& weights) {
    double squares = 0;
    for (const double weight : weights)
        squares += weight * weight;
    const double all = sum(weights);
    return squares / (all * all);
}

double log_ratio(double value, double reference) {
    // The difference of two nearby doubles is exact; their quotient is not.
    const double relative = (value - reference) / reference;
    return std::abs(relative) < 0.5 ? std::log1p(relative) : std::log(value / reference);
}

std::optional<Ends> ends_on_log_scale(double reference, double center, double half, double value) {
    const Ends ends{reference + reference * std::expm1(center - half),
                    reference + reference * std::expm1(center + half)};
    if (!std::isfinite(ends.low) || !std::isfinite(ends.high)) return std::nullopt;
    return Ends{std::min(ends.low, value), std::max(ends.high, value)};
}

} // namespace bytebound
