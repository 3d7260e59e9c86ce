#pragma once
// Outliers among independent values by statistics that the outliers themselves do not move: B. Iglewicz, D. C. Hoaglin,
// "How to Detect and Handle Outliers", ASQC 1993 (also NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.17).

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bytebound {

/// A value whose modified z score is beyond this is an outlier (Iglewicz and Hoaglin).
inline constexpr double outlier_beyond_z = 3.5;
/// With fewer values nothing is called an outlier: of 5 normal ones, one in twenty would be (docs/merge.md).
inline constexpr std::uint64_t outliers_from_values = 6;

/// What a modified z score divides by.
enum class SpreadBy {
    median_deviation, ///< MAD: z = 0.6745 (x - median) / MAD
    mean_deviation,   ///< where more than half of the values are equal: z = (x - median) / (1.2533 mean |x - median|)
    nothing,          ///< all values are equal
};
std::string_view name_of(SpreadBy by);

struct RobustSpread {
    double median = 0;
    double mad = 0; ///< median of the absolute deviations from the median
    double lowest = 0, highest = 0;
    SpreadBy by = SpreadBy::nothing;
    double scale = 0; ///< estimates the standard deviation of normal values; 0: nothing varies

    /// The modified z score of a value; nothing where nothing varies.
    std::optional<double> z_of(double value) const;
};
/// Nothing without a value.
std::optional<RobustSpread> robust_spread(std::span<const double> values);

} // namespace bytebound
