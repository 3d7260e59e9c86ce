#include <algorithm>

#include "stats/estimate.hpp"
#include "stats/quantile.hpp"

namespace bytebound {

std::vector<std::size_t> tukey_outliers(std::span<const double> values) {
    std::vector<std::size_t> outside;
    if (values.empty()) return outside;
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const double lower = quantile(sorted, 0.25), upper = quantile(sorted, 0.75);
    const double reach = 1.5 * (upper - lower);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] < lower - reach || values[i] > upper + reach) outside.push_back(i);
    return outside;
}

} // namespace bytebound
