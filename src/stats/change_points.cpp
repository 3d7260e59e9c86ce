#include "stats/change_points.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "stats/estimate.hpp"
#include "stats/student.hpp"

namespace bytebound {
namespace {

struct Interval {
    std::size_t begin = 0, end = 0;
    std::size_t splits() const { return end - begin + 1 - 2 * least_of_a_level; }
};

/// The whole, halves, quarters and so on, each overlapping the next by half: a short level between two others is most
/// of one of them.
std::vector<Interval> seeded_intervals(std::size_t count) {
    std::vector<Interval> out;
    for (std::size_t length = count; length == count || length >= 4 * least_of_a_level; length /= 2) {
        for (std::size_t begin = 0; begin + length < count; begin += length / 2)
            out.push_back({begin, begin + length});
        out.push_back({count - length, count});
    }
    return out;
}

struct Split {
    std::size_t at = 0;
    double p = 2;
};

/// The split of an interval with the largest |t| of two means with one variance.
void keep_best_split(std::span<const double> values, const Interval& interval, Split& best) {
    const std::span<const double> part = values.subspan(interval.begin, interval.end - interval.begin);
    // Differences to the first value: sums of squares of large values would cancel.
    std::vector<double> sums{0}, squares{0};
    for (const double value : part) {
        const double difference = value - part[0];
        sums.push_back(sums.back() + difference);
        squares.push_back(squares.back() + difference * difference);
    }
    const double all = static_cast<double>(part.size());
    double largest = -1;
    std::size_t at = 0;
    for (std::size_t i = least_of_a_level; i + least_of_a_level <= part.size(); ++i) {
        const double before = static_cast<double>(i), after = all - before;
        const double low = sums[i] / before, high = (sums.back() - sums[i]) / after;
        if (low == high) continue;
        const double rest = squares.back() - before * low * low - after * high * high;
        const double rounding = 1e-12 * squares.back();
        const double error = std::sqrt((rest > rounding ? rest : 0) / (all - 2) * (1 / before + 1 / after));
        const double t = std::abs(high - low) / error; // without noise: infinite
        if (t > largest) largest = t, at = i;
    }
    if (largest < 0) return;
    const double p = two_sided_p(largest, all - 2);
    if (p < best.p) best = {interval.begin + at, p};
}

std::optional<std::size_t> change_in(std::span<const double> values) {
    if (values.size() < 2 * least_of_a_level) return std::nullopt;
    Split best;
    std::size_t splits = 0;
    for (const Interval& interval : seeded_intervals(values.size())) {
        splits += interval.splits();
        keep_best_split(values, interval, best);
    }
    if (best.p * static_cast<double>(splits) >= change_below_p) return std::nullopt;
    return best.at;
}

void put_changes(std::span<const double> values, std::size_t offset, std::vector<std::size_t>& out) {
    const auto at = change_in(values);
    if (!at) return;
    put_changes(values.first(*at), offset, out);
    out.push_back(offset + *at);
    put_changes(values.subspan(*at), offset + *at, out);
}

} // namespace

std::vector<std::size_t> change_points(std::span<const double> values) {
    std::vector<std::size_t> out;
    put_changes(values, 0, out);
    return out;
}

std::vector<std::size_t> value_changes(std::span<const double> values) {
    std::vector<std::size_t> out;
    for (std::size_t i = 1; i < values.size(); ++i)
        if (std::abs(values[i] - values[i - 1]) > 1e-12 * std::abs(values[i])) out.push_back(i);
    return out;
}

} // namespace bytebound
