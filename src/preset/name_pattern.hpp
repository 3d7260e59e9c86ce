#pragma once

#include <string>
#include <vector>

namespace bytebound {

/// Sample names that a pattern matches, so that two patterns can be compared without a machine: every alternative, a
/// class by its first and last character, a repetition once and twice. At most 64; fewer if the syntax goes beyond
/// literals, classes, groups, alternatives and * + ? {n}.
std::vector<std::string> sample_names(const std::string& pattern);

/// Whether some name matches both patterns and neither exclusion (empty: none), judged by samples.
bool patterns_overlap(const std::string& a, const std::string& exclude_a, const std::string& b,
                      const std::string& exclude_b);

} // namespace bytebound
