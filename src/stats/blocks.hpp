#pragma once
// A figure as its blocks see it: the statistic over all steps, and that of every block alone.

#include <optional>
#include <vector>

#include "stats/estimate.hpp"

namespace bytebound {

/// The statistic over all steps of all blocks; nothing without a step, or with a denominator of 0.
std::optional<double> value_of_all(const Samples& samples, Stat stat);

struct Block {
    double value = 0;
    double weight = 0; ///< its share of the steps, for a ratio of the denominators; not yet divided by their sum
};
/// One entry per block of the samples; nothing for one without a value of its own.
std::vector<std::optional<Block>> blocks_of(const Samples& samples, Stat stat);

/// Whether all steps together are a weighted mean of the blocks. A median, and a rate over one, are not.
bool is_mean_of_blocks(Stat stat);

bool all_positive(const std::vector<double>& values); ///< then their logarithms exist
/// What a weighted mean of `weights.size()` independent observations retains of their variance: sum(w^2) / sum(w)^2;
/// 1/n for equal weights.
double variance_share(const std::vector<double>& weights);

/// log(value / reference) of two positive values, exact where they differ in their last digits only.
double log_ratio(double value, double reference);

/// The two ends around `value`, which may be a little outside of what the blocks give.
struct Ends {
    double low = 0, high = 0;
};
/// reference * exp(center -+ half), and not without `value`; nothing where an end is beyond what a double holds.
std::optional<Ends> ends_on_log_scale(double reference, double center, double half, double value);

} // namespace bytebound
