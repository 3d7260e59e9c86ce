#pragma once
// Tighter limits after resolved improvements. No limit is ever loosened.

#include <string>
#include <vector>

#include "evidence/gates_file.hpp"
#include "evidence/run_comparison.hpp"

namespace bytebound {

/// A gate whose limit can be tightened.
struct TighterLimit {
    std::string gate;    ///< its expression as written
    std::string number;  ///< for the limit, in the unit as written
    std::string reason;  ///< the loop and k that determine it
    bool in_text = true; ///< false: the file spells the expression with escapes, so it has to be changed by hand
};
struct Ratchet {
    std::string text; ///< of the file with the new limits; all else in it stays
    std::vector<TighterLimit> limits;
};

/// `comparison` has judged the gates of the file. A limit is tightened where the loop and k that come nearest to it are
/// better than base, and no other that the gate covers is worse or unresolved: to the far end of their interval, or
/// their value if it is exact, rounded away from it to four digits.
Ratchet tighten(const GatesFile& file, const RunComparison& comparison);

/// A unified diff of two texts of equally many lines; empty if they are equal.
std::string unified_diff(const std::string& name, const std::string& before, const std::string& after);

} // namespace bytebound
