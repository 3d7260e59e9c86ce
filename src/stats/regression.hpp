#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace bytebound {

/// y = intercept + slope * x by ordinary least squares, with 95 % intervals of Student's t from the residuals.
struct LineFit {
    double slope = 0, intercept = 0;
    /// Half the width of the intervals; nullopt for fewer than three points, which have no residual degrees of freedom.
    std::optional<double> slope_margin, intercept_margin;
    std::vector<double> residuals; ///< y - fitted y, in the order of the points
    bool operator==(const LineFit&) const = default;
};

/// nullopt for fewer than two points, or if all points have the same x.
std::optional<LineFit> fit_line(std::span<const double> x, std::span<const double> y);

/// A point of a curve of ratios: above 1 before the crossing, at most 1 after it.
struct RatioPoint {
    double x = 0;
    double ratio = 0;
};

/// The x values where the curve falls to 1, in order, with linear interpolation in log x and log ratio. Points have
/// ascending x > 0 and ratios > 0. Empty if no point above 1 is followed by one at or below it.
std::vector<double> falls_to_one(std::span<const RatioPoint> curve);

} // namespace bytebound
