#pragma once
// The closed table of patterns. A pattern is one file in patterns/ that defines its row, NAME_pattern, and its name in
// meson.build's list.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "workload/trace_source.hpp"

namespace bytebound {

struct PatternEntry {
    std::string_view name;
    std::string_view purpose; ///< which rows it changes, in a few words
    /// Whether the rows of a step are drawn independently of each other, as the closed form of traffic assumes.
    bool independent_draws;
    /// Error (usage): parameters that the pattern does not accept.
    Result<void> (*check)(const Pattern& pattern);
    /// Error (usage): changes that do not fit. Requires parameters that passed the check.
    Result<std::unique_ptr<TraceSource>> (*make)(const TraceSpec& spec);
};

/// All patterns; the default is first.
std::span<const PatternEntry* const> patterns();
/// Null if there is no such name.
const PatternEntry* find_pattern(std::string_view name);
std::vector<std::string> pattern_names();

/// Error (usage): an unknown name, or parameters that the pattern rejects.
Result<void> check(const Pattern& pattern);
/// The check for a pattern without parameters.
Result<void> no_parameters(const Pattern& pattern);

} // namespace bytebound
