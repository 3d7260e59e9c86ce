#pragma once
// Explanations of the tiers for readers; counters/tier.hpp defines their order and combination.

#include <span>
#include <string_view>

#include "counters/tier.hpp"

namespace bytebound {

/// One row of the constant table of tiers, from the most to the least direct.
struct TierEntry {
    Tier tier;
    std::string_view comes_from; ///< origin of the number, one line for the documentation
    std::string_view legend;     ///< the same for the legend below the main table
};
std::span<const TierEntry> tiers();

} // namespace bytebound
