#pragma once
// The three statistics as accumulators over the steps of one figure: a resample is one clear(), many add() and one
// value(), without allocation.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "stats/estimate.hpp"

namespace bytebound {

/// The steps of all blocks in one array; block b consists of steps [begin[b], begin[b + 1]).
struct FlatSamples {
    std::vector<double> numerator, denominator;
    std::vector<std::uint32_t> begin = {0};

    /// `keep_empty`: keeps blocks without steps, so that block numbers of two figures agree.
    FlatSamples(const Samples& samples, bool keep_empty);
    std::uint32_t steps() const { return static_cast<std::uint32_t>(numerator.size()); }
    std::uint32_t blocks() const { return static_cast<std::uint32_t>(begin.size() - 1); }
    /// All steps are equal, so every resample gives the same value.
    bool constant() const;
};

class MeanOf {
public:
    explicit MeanOf(const FlatSamples& samples) : values_(samples.numerator) {
        if (!values_.empty()) origin_ = values_[0];
        // Accumulates differences to one sample: a sum of large counts would lose integers beyond 2^53.
        for (double& value : values_)
            value -= origin_;
    }
    void clear() { sum_ = 0, count_ = 0; }
    void add(std::uint32_t step) { sum_ += values_[step], ++count_; }
    std::optional<double> value() const {
        if (count_ == 0) return std::nullopt;
        return origin_ + sum_ / count_;
    }

private:
    std::vector<double> values_;
    double origin_ = 0, sum_ = 0;
    std::uint32_t count_ = 0;
};

class RatioOfSums {
public:
    explicit RatioOfSums(const FlatSamples& samples) : samples_(&samples) {}
    void clear() { numerator_ = 0, denominator_ = 0; }
    void add(std::uint32_t step) {
        numerator_ += samples_->numerator[step];
        denominator_ += samples_->denominator[step];
    }
    std::optional<double> value() const {
        if (denominator_ == 0) return std::nullopt;
        return numerator_ / denominator_;
    }

private:
    const FlatSamples* samples_;
    double numerator_ = 0, denominator_ = 0;
};

/// Counts how often each rank was drawn and walks to the middle, which is faster than selecting in a copy of the
/// values.
class MedianOf {
public:
    explicit MedianOf(const FlatSamples& samples);
    void clear() { std::fill(drawn_.begin(), drawn_.end(), 0u), count_ = 0; }
    void add(std::uint32_t step) { ++drawn_[rank_[step]], ++count_; }
    std::optional<double> value() const;

private:
    std::vector<double> sorted_;      ///< distinct values, ascending
    std::vector<std::uint32_t> rank_; ///< of each step, an index into sorted_
    std::vector<std::uint32_t> drawn_;
    std::uint32_t count_ = 0;
};

/// Calls `use` with the accumulator type of `stat`: use(std::type_identity<MeanOf>{}).
template <class Use>
auto with_statistic(Stat stat, Use&& use) {
    switch (stat) {
    case Stat::median: return use(std::type_identity<MedianOf>{});
    case Stat::ratio: return use(std::type_identity<RatioOfSums>{});
    case Stat::mean: break;
    }
    return use(std::type_identity<MeanOf>{});
}

/// The statistic over all steps.
template <class Statistic>
std::optional<double> value_of(Statistic& statistic, std::uint32_t steps) {
    statistic.clear();
    for (std::uint32_t step = 0; step < steps; ++step)
        statistic.add(step);
    return statistic.value();
}

} // namespace bytebound
