#include "stats/statistics.hpp"

#include <cassert>

namespace bytebound {

namespace {

bool all_alike(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

} // namespace

FlatSamples::FlatSamples(const Samples& samples, bool keep_empty) {
    assert(samples.denominator.empty() || samples.denominator.size() == samples.numerator.size());
    for (const auto& block : samples.numerator) {
        if (block.empty() && !keep_empty) continue;
        numerator.insert(numerator.end(), block.begin(), block.end());
        begin.push_back(static_cast<std::uint32_t>(numerator.size()));
    }
    for (const auto& block : samples.denominator)
        denominator.insert(denominator.end(), block.begin(), block.end());
    assert(denominator.empty() || denominator.size() == numerator.size());
}

bool FlatSamples::constant() const { return all_alike(numerator) && all_alike(denominator); }

MedianOf::MedianOf(const FlatSamples& samples) : sorted_(samples.numerator) {
    std::sort(sorted_.begin(), sorted_.end());
    sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
    rank_.reserve(samples.numerator.size());
    for (const double value : samples.numerator)
        rank_.push_back(
            static_cast<std::uint32_t>(std::lower_bound(sorted_.begin(), sorted_.end(), value) - sorted_.begin()));
    drawn_.resize(sorted_.size());
}

std::optional<double> MedianOf::value() const {
    if (count_ == 0) return std::nullopt;
    const std::uint32_t lower = (count_ - 1) / 2, upper = count_ / 2; // order statistics, from 0; equal when odd
    std::size_t rank = 0;
    std::uint32_t passed = drawn_[0];
    while (passed <= lower)
        passed += drawn_[++rank];
    const double below = sorted_[rank];
    while (passed <= upper)
        passed += drawn_[++rank];
    return below + (sorted_[rank] - below) / 2;
}

} // namespace bytebound
