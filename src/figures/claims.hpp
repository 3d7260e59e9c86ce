#pragma once

#include <string>
#include <vector>

#include "figures/summary.hpp"

namespace bytebound {

/// A comparison as a sentence: "paired is 9.8x faster than index at k=16 (95% CI 9.6–10.0, 12 blocks, p < 0.001)".
/// `tier`: the less direct of the two figures' tiers; a time is timed, which the sentence does not repeat.
std::string claim_text(const Comparison& comparison, Tier tier);
/// The part of it that says by how much: "9.8x faster (95% CI 9.6–10.0, 12 blocks, p < 0.001)".
std::string extent_text(const Comparison& comparison, Tier tier);

/// All comparisons of a run as sentences for a paper, one k after the other. That of a time also says how many times
/// the bound the loop moved: "...; it moved 1.03 times the bound (simulated)".
std::vector<std::string> paper_claims(const Summary& summary);
/// The resolved comparisons that are not significant at 5 % after the adjustment for all of the run: "paired against
/// index in time at k=16 (adjusted p = 0.12)".
std::vector<std::string> claims_lost_by_adjustment(const Summary& summary);

} // namespace bytebound
