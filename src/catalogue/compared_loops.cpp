#include "catalogue/compared_loops.hpp"

#include <algorithm>

namespace bytebound {

std::vector<LoopPair> compared_loops(std::span<const std::string_view> names) {
    const auto position = [&](std::string_view name) {
        return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    };
    const std::size_t base = position("index") < names.size() ? position("index") : 0, paired = position("paired");
    std::vector<LoopPair> pairs;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (i != base) pairs.push_back({i, base});
    if (paired == names.size() || paired == base) return pairs;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (i != base && i != paired) pairs.push_back({paired, i});
    return pairs;
}

std::vector<LoopPair> compared_with_first(std::size_t count) {
    std::vector<LoopPair> pairs;
    for (std::size_t i = 1; i < count; ++i)
        pairs.push_back({i, 0});
    return pairs;
}

} // namespace bytebound
