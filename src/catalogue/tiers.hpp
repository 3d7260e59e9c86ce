#pragma once
// What the tiers of figures mean to readers; counters/tier.hpp has their order and how they combine.

#include <span>
#include <string_view>

#include "counters/tier.hpp"

namespace bytebound {

/// One row of the constant table of tiers, from the most to the least direct.
struct TierEntry {
    Tier tier;
    std::string_view comes_from; ///< where the number comes from, one line for the documentation
    std::string_view legend;     ///< the same below the main table
};
std::span<const TierEntry> tiers();

} // namespace bytebound
