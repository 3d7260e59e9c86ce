#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bytebound {

enum class Stat { median, mean, ratio, rate };
std::string_view name_of(Stat stat);

/// Samples of one figure: one vector per block (repeat), steps in order. For others than a ratio and a rate
/// `denominator` is empty. For a ratio it has the same shape; for a rate it has as many blocks, each with steps of its
/// own.
struct Samples {
    std::vector<std::vector<double>> numerator;
    std::vector<std::vector<double>> denominator;
};

/// Never a bare double: the value with its interval, the number of steps and of blocks behind it.
struct Estimate {
    double value = 0;
    Stat stat = Stat::mean;
    /// None for computed figures, for fewer than two blocks, and where an end is beyond what a double holds.
    std::optional<double> ci_low, ci_high;
    std::uint64_t n = 0;
    std::uint64_t blocks = 0; ///< those that have a value of their own
    bool operator==(const Estimate&) const = default;
};

inline constexpr std::uint64_t few_blocks_below = 6;

/// The statistic over all steps, and its 95 % interval of Student's t with the blocks as independent observations
/// (docs/statistics.md). Ratio: sum of numerators over sum of denominators. Rate: mean of the numerators over the
/// median of the denominators. The value lies inside of its interval. Nothing when there is no sample, or the
/// denominator is 0.
std::optional<Estimate> estimate(const Samples& samples, Stat stat);
/// Point value only (computed figures).
std::optional<Estimate> point(const Samples& samples, Stat stat);
/// The median of independent samples. From 6 on its interval is the narrowest pair of order statistics that contains
/// the median with 95 % or more whatever the distribution; below 6 no pair does, and the interval is estimate()'s with
/// each sample as a block. Nothing when there is no sample.
std::optional<Estimate> median_of_independent(std::span<const double> samples);

/// ratio = value(vs) / value(loop), block i of both from the same trace segment.
struct RatioEstimate {
    double ratio = 0;
    std::optional<double> ci_low, ci_high;
    /// Two-sided, of Student's paired t against a ratio of 1. None where no test applies: fewer than two blocks, or all
    /// of them with the same ratio.
    std::optional<double> p_value = {};
    std::uint64_t blocks = 0; ///< that both have, behind the interval; 0 for computed figures
    bool operator==(const RatioEstimate&) const = default;
};
std::optional<RatioEstimate> compare(const Samples& loop, const Samples& vs, Stat stat);
/// Ratio only (computed figures).
std::optional<RatioEstimate> compare_points(const Samples& loop, const Samples& vs, Stat stat);

/// A figure of one of two runs. `deviation`: standard deviation of what was subtracted from all of its blocks alike
/// (the background, the cost of a reading), which their scatter does not show.
struct RunFigure {
    Samples samples;
    double deviation = 0;
};
struct RunToRun;
/// ratio = value(head) / value(base) of two independent runs, whose blocks are no pairs: Welch's unequal variances t;
/// with unlike numbers of blocks and fewer than 6 in either, the degrees of freedom of the shorter run alone.
/// `p_value` is two-sided, against a ratio of 1; none with fewer than two blocks in either, or where nothing varies.
/// `between`: scatter from run to run, which is then a part of both; null: not known. It has no effect on values of 0
/// or less.
std::optional<RatioEstimate> compare_runs(const RunFigure& base, const RunFigure& head, Stat stat,
                                          const RunToRun* between = nullptr);

/// Half of the interval's width as a fraction of the value. None without an interval, or for a value of 0 or less.
std::optional<double> relative_half_width(const RatioEstimate& ratio);
std::optional<double> relative_half_width(const Estimate& estimate);
/// A run that adds blocks until an interval is narrow stops where it looks narrow by chance, too: with few blocks
/// often, and its intervals would then hold less than they say. So the half width at which `blocks` are enough is
/// `precision` from 18 blocks on, and precision * (blocks / 18)^2 below.
double half_width_to_stop(std::uint64_t blocks, double precision);

/// Holm's step-down adjustment of p values that were tested together, in their order.
std::vector<double> holm_adjusted(std::span<const double> p_values);

/// Two-sided p of the Mann-Kendall test for a trend in the order of the values: exact without ties up to 33 values,
/// else by the normal approximation with the variance corrected for ties. Nothing for fewer than 3 values, or for
/// equal ones.
std::optional<double> trend_p_value(std::span<const double> values);
/// A row whose blocks have a trend with a smaller p value drifts.
inline constexpr double drift_below_p = 0.01;
/// The statistic of each block that has one, in order.
std::vector<double> values_of_blocks(const Samples& samples, Stat stat);

/// For figures where less is better.
enum class Verdict { better, worse, same, unresolved };
std::string_view name_of(Verdict verdict);
/// Ratios between 1 - threshold and 1 + threshold are no difference that matters.
inline constexpr double default_same_within = 0.01;
/// `same` when the whole interval is within the threshold, although it may exclude 1; else `unresolved` when it
/// contains 1, or there is none.
Verdict judge(const RatioEstimate& estimate, double threshold = default_same_within);
/// Computed figures are exact: equal is `same`.
Verdict judge_by_value(const RatioEstimate& estimate);

/// Indices outside Tukey's fences (1.5 IQR beyond the quartiles) of one phase. Quartiles interpolate linearly.
std::vector<std::size_t> tukey_outliers(std::span<const double> values);

double median(std::vector<double> values);   ///< of a non-empty vector; mean of the middle two when even
double mean(std::span<const double> values); ///< of a non-empty series
/// Welford / two-pass sample variance (n - 1); 0 for n < 2. Exact on {b, b+1, b+2} for large b.
double variance(std::span<const double> values);

/// Stationarity of per-step counts: the last W steps against the W before.
struct Stationarity {
    bool stationary = true;
    std::uint64_t window = 0; ///< W
    double before = 0;        ///< mean of the first window
    double after = 0;
    bool operator==(const Stationarity&) const = default;
};
/// `series`: warm-up and measured steps without the first half of the warm-up. W = min(max(20, warmup/8), floor(w/2)).
/// Stationary when the means differ by less than 5 % of the earlier one, or by less than 3 standard errors of the
/// difference, or not at all. Nothing when W would be 0.
std::optional<Stationarity> judge_stationarity(std::span<const double> series, std::uint64_t warmup_steps);
/// The same of several segments: `before` and `after` are means over them, and the alternative to 5 % is that 0 lies
/// within the 95 % interval (Student's t, the segments being independent) of the mean difference. One segment is judged
/// as above.
std::optional<Stationarity> judge_segments(std::span<const std::vector<double>> segments, std::uint64_t warmup_steps);

} // namespace bytebound
