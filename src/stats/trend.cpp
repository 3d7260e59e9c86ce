#include <algorithm>
#include <cmath>
#include <map>

#include "stats/estimate.hpp"

namespace bytebound {
namespace {

constexpr std::size_t most_values_exactly = 33;

/// How many pairs increase less how many decrease.
std::int64_t concordance(std::span<const double> values) {
    std::int64_t out = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        for (std::size_t j = i + 1; j < values.size(); ++j)
            out += (values[i] < values[j]) - (values[i] > values[j]);
    return out;
}

/// The share of the orders of n different values whose number of decreasing pairs is `decreasing` or less.
double share_of_orders(std::size_t n, std::size_t decreasing) {
    std::vector<double> share = {1}; // by number of decreasing pairs; the next value can be at any of `count` places
    for (std::size_t count = 2; count <= n; ++count) {
        std::vector<double> next(share.size() + count - 1);
        for (std::size_t pairs = 0; pairs < share.size(); ++pairs)
            for (std::size_t place = 0; place < count; ++place)
                next[pairs + place] += share[pairs] / static_cast<double>(count);
        share = std::move(next);
    }
    double out = 0;
    for (std::size_t pairs = 0; pairs <= decreasing; ++pairs)
        out += share[pairs];
    return out;
}

double by_normal(std::span<const double> values, std::int64_t score) {
    std::map<double, double> ties;
    for (const double value : values)
        ++ties[value];
    const auto term = [](double n) { return n * (n - 1) * (2 * n + 5); };
    double variance = term(static_cast<double>(values.size()));
    for (const auto& [value, times] : ties)
        variance -= term(times);
    return std::erfc(std::abs(static_cast<double>(score)) / std::sqrt(variance / 18) / std::sqrt(2.0));
}

} // namespace

std::optional<double> trend_p_value(std::span<const double> values) {
    if (values.size() < 3) return std::nullopt;
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    if (sorted.front() == sorted.back()) return std::nullopt;
    const std::int64_t score = concordance(values);
    const bool ties = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
    if (ties || values.size() > most_values_exactly) return by_normal(values, score);
    const std::size_t pairs = values.size() * (values.size() - 1) / 2;
    const auto fewer = (pairs - static_cast<std::size_t>(std::abs(score))) / 2; // of the rarer direction
    return std::min(2 * share_of_orders(values.size(), fewer), 1.0);
}

} // namespace bytebound
