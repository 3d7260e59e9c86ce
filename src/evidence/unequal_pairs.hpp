#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace bytebound {

using IndexPair = std::pair<std::optional<std::size_t>, std::optional<std::size_t>>;

/// Which elements of two lists differ. Between their common beginning and their common end they are paired in order;
/// what one list has in excess there is paired with nothing.
template <class Value>
std::vector<IndexPair> unequal_pairs(const std::vector<Value>& a, const std::vector<Value>& b) {
    const std::size_t shorter = std::min(a.size(), b.size());
    std::size_t begin = 0, end = 0;
    while (begin < shorter && a[begin] == b[begin])
        ++begin;
    while (end < shorter - begin && a[a.size() - 1 - end] == b[b.size() - 1 - end])
        ++end;
    const std::size_t a_end = a.size() - end, b_end = b.size() - end;
    std::vector<IndexPair> pairs;
    for (std::size_t i = begin; i < std::max(a_end, b_end); ++i) {
        const bool in_a = i < a_end, in_b = i < b_end;
        if (in_a && in_b && a[i] == b[i]) continue;
        pairs.emplace_back(in_a ? std::optional(i) : std::nullopt, in_b ? std::optional(i) : std::nullopt);
    }
    return pairs;
}

} // namespace bytebound
