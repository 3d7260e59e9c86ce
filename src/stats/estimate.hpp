#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bytebound {

enum class Stat { median, mean, ratio };
std::string_view name_of(Stat stat);

/// Samples of one figure: one vector per block (repeat), steps in order. For a ratio figure `denominator` has the same
/// shape; for others it is empty.
struct Samples {
    std::vector<std::vector<double>> numerator;
    std::vector<std::vector<double>> denominator;
};

/// Never a bare double: the value with its interval, the number of steps and of blocks behind it.
struct Estimate {
    double value = 0;
    Stat stat = Stat::mean;
    /// None for computed figures, and where only one resample exists: n < 2, or one block of fewer than 3 steps.
    std::optional<double> ci_low, ci_high;
    std::uint64_t n = 0;
    std::uint64_t blocks = 0; ///< those that hold a step
    bool operator==(const Estimate&) const = default;
};

inline constexpr std::uint64_t few_blocks_below = 6;

struct BootstrapOptions {
    std::uint32_t resamples = 2000;
    double level = 0.95;
    std::uint64_t seed = 1;
};

/// Point value and percentile-bootstrap interval of the statistic: blocks are resampled first, then steps within
/// them; with one block, runs of ceil(sqrt(n)) consecutive steps. A ratio is the ratio of sums. Seeded: equal input
/// gives equal output on every machine. Nothing when there is no sample, or a ratio's denominator sums to 0.
std::optional<Estimate> estimate(const Samples& samples, Stat stat, const BootstrapOptions& options = {});
/// Point value only (computed figures).
std::optional<Estimate> point(const Samples& samples, Stat stat);

/// ratio = value(vs) / value(loop), whole blocks resampled jointly (block i of both come from the same trace segment);
/// one block: runs of ceil(sqrt(n)) steps, at the same places in both.
struct RatioEstimate {
    double ratio = 0;
    std::optional<double> ci_low, ci_high;
    bool operator==(const RatioEstimate&) const = default;
};
std::optional<RatioEstimate> compare(const Samples& loop, const Samples& vs, Stat stat,
                                     const BootstrapOptions& options = {});
/// Ratio only (computed figures).
std::optional<RatioEstimate> compare_points(const Samples& loop, const Samples& vs, Stat stat);

/// For figures where less is better.
enum class Verdict { better, worse, unresolved };
std::string_view name_of(Verdict verdict);
/// Unresolved when the interval contains 1, or there is none.
Verdict judge(const RatioEstimate& estimate);
/// Computed figures are exact: equal is unresolved.
Verdict judge_by_value(const RatioEstimate& estimate);

/// Indices outside Tukey's fences (1.5 IQR beyond the quartiles) of one phase. Quartiles interpolate linearly.
std::vector<std::size_t> tukey_outliers(std::span<const double> values);

double median(std::vector<double> values);   ///< of a non-empty vector; mean of the middle two when even
double mean(std::span<const double> values); ///< of a non-empty series
/// Welford / two-pass sample variance (n - 1); 0 for n < 2. Exact on {b, b+1, b+2} for large b.
double variance(std::span<const double> values);

/// Stationarity of a series of per-step counts: the last W steps against the W before. Stationary when the means differ
/// by less than 5 % of the earlier one, or by less than 3 standard errors of the difference, or not at all.
struct Stationarity {
    bool stationary = true;
    std::uint64_t window = 0; ///< W
    double before = 0;        ///< mean of the first window
    double after = 0;
    bool operator==(const Stationarity&) const = default;
};
/// `series`: warm-up and measured steps without the first half of the warm-up. W = min(max(20, warmup/8), floor(w/2)).
/// Nothing when W would be 0.
std::optional<Stationarity> judge_stationarity(std::span<const double> series, std::uint64_t warmup_steps);

} // namespace bytebound
