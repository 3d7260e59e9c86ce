#pragma once

#include <string>

#include "figures/summary.hpp"

namespace bytebound {

/// A comparison as a sentence: "paired is 9.81x (95% CI 9.60-10.02) faster than index at k=16". `tier` is the less
/// direct of the two figures' tiers.
std::string claim_text(const Comparison& comparison, Tier tier);

} // namespace bytebound
