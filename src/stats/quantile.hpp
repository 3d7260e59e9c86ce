#pragma once

#include <cassert>
#include <cmath>
#include <span>

namespace bytebound {

/// Quantile by linear interpolation between order statistics (Hyndman and Fan type 7, the default of R and numpy).
/// `sorted` must not be empty; `probability` is in [0, 1].
inline double quantile(std::span<const double> sorted, double probability) {
    assert(!sorted.empty());
    const double position = probability * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(position));
    if (below + 1 >= sorted.size()) return sorted.back();
    return sorted[below] + (position - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

} // namespace bytebound
