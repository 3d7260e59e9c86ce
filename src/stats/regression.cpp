#include "stats/regression.hpp"

#include <cassert>
#include <cmath>

#include "stats/estimate.hpp"
#include "stats/student.hpp"

namespace bytebound {

std::optional<LineFit> fit_line(std::span<const double> x, std::span<const double> y) {
    assert(x.size() == y.size());
    if (x.size() < 2) return std::nullopt;
    const double x_mean = mean(x), y_mean = mean(y);
    double spread = 0, product = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        spread += (x[i] - x_mean) * (x[i] - x_mean);
        product += (x[i] - x_mean) * (y[i] - y_mean);
    }
    if (spread == 0) return std::nullopt;
    LineFit fit;
    fit.slope = product / spread;
    fit.intercept = y_mean - fit.slope * x_mean;
    double squares = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        fit.residuals.push_back(y[i] - fit.intercept - fit.slope * x[i]);
        squares += fit.residuals.back() * fit.residuals.back();
    }
    if (x.size() < 3) return fit;
    const auto count = static_cast<double>(x.size());
    const double variance = squares / (count - 2);
    const double t = t_quantile(count - 2);
    fit.slope_margin = t * std::sqrt(variance / spread);
    fit.intercept_margin = t * std::sqrt(variance * (1 / count + x_mean * x_mean / spread));
    return fit;
}

std::vector<double> falls_to_one(std::span<const RatioPoint> curve) {
    std::vector<double> falls;
    for (std::size_t i = 1; i < curve.size(); ++i) {
        const RatioPoint &before = curve[i - 1], &after = curve[i];
        if (!(before.ratio > 1) || after.ratio > 1) continue;
        const double height = std::log(before.ratio), fall = height - std::log(after.ratio);
        falls.push_back(before.x * std::pow(after.x / before.x, height / fall));
    }
    return falls;
}

} // namespace bytebound
