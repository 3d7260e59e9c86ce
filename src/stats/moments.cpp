#include <algorithm>
#include <cassert>

#include "stats/estimate.hpp"

namespace bytebound {

std::string_view name_of(Stat stat) {
    switch (stat) {
    case Stat::median: return "median";
    case Stat::mean: return "mean";
    case Stat::ratio: return "ratio";
    case Stat::rate: return "rate";
    }
    return "";
}

double median(std::vector<double> values) {
    assert(!values.empty());
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    const double below = *std::max_element(values.begin(), middle);
    return below + (*middle - below) / 2;
}

double mean(std::span<const double> values) {
    assert(!values.empty());
    // Summing differences to the first value keeps integers exact where a plain sum would exceed 2^53.
    double sum = 0;
    for (const double value : values)
        sum += value - values[0];
    return values[0] + sum / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
    if (values.size() < 2) return 0;
    // Welford (1962): E[x^2] - E[x]^2 would cancel for values with a large common offset.
    double running_mean = 0, squares = 0, n = 0;
    for (const double value : values) {
        n += 1;
        const double difference = value - running_mean;
        running_mean += difference / n;
        squares += difference * (value - running_mean);
    }
    return squares / (n - 1);
}

} // namespace bytebound
