#pragma once
// Compares two sources of one figure.

#include <string>
#include <string_view>
#include <vector>

#include "stats/estimate.hpp"

namespace bytebound {

enum class Agreement { agrees, differs };
std::string_view name_of(Agreement verdict); ///< "agrees", "differs"

/// How a second source of a figure compares with the first.
struct Consistency {
    double ratio = 0; ///< first / second
    Agreement verdict = Agreement::agrees;
    std::vector<std::string> reasons; ///< if they differ: known causes of a difference in this direction
    bool operator==(const Consistency&) const = default;
};

/// Sources agree if their means differ by at most a tenth, or if their intervals overlap.
inline constexpr double agreeing_difference = 0.10;

/// `first`, `second`: names of the sources ("uncore", "sim") with their means. nullopt if the second is 0 and the first
/// is not, because there is no ratio; two zeros agree with ratio 1. `hierarchy_simulated`: sim has private levels above
/// the LLC.
std::optional<Consistency> consistency(std::string_view first, const Estimate& of_first, std::string_view second,
                                       const Estimate& of_second, bool hierarchy_simulated);

} // namespace bytebound
