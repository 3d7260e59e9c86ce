#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace bytebound {

/// y = intercept + slope * x by ordinary least squares, with 95 % intervals of Student's t from the residuals.
struct LineFit {
    double slope = 0, intercept = 0;
    /// Half the width of the intervals; none for fewer than three points, whose residuals say nothing.
    std::optional<double> slope_margin, intercept_margin;
    std::vector<double> residuals; ///< y - fitted y, in the order of the points
    bool operator==(const LineFit&) const = default;
};

/// Nothing for fewer than two points, or for points that all have one x.
std::optional<LineFit> fit_line(std::span<const double> x, std::span<const double> y);

/// A point of a curve of ratios: above 1 before the crossing, 1 and below after it.
struct RatioPoint {
    double x = 0;
    double ratio = 0;
};

/// Where the curve comes down to 1, by straight lines between the points in log x and log ratio, in order. Points come
/// with ascending x > 0 and ratios > 0. Empty where no point above 1 has a next one at or below it.
std::vector<double> falls_to_one(std::span<const RatioPoint> curve);

} // namespace bytebound
