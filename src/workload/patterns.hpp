#pragma once
// The closed table of patterns. A pattern is one file in patterns/ that defines its row, NAME_pattern; the table lists
// every file that meson.build lists.

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
    /// Whether every row of a step is drawn independently of the others: what the closed form of traffic is of.
    bool independent_draws;
    /// Error (usage): parameters that it does not take.
    Result<void> (*check)(const Pattern& pattern);
    /// Error (usage): changes that do not fit. The parameters have passed the check.
    Result<std::unique_ptr<TraceSource>> (*make)(const TraceSpec& spec);
};

/// The default first.
std::span<const PatternEntry* const> patterns();
/// Null: no such name.
const PatternEntry* find_pattern(std::string_view name);
std::vector<std::string> pattern_names();

/// Error (usage): a name that is not in the table, or parameters that the pattern refuses.
Result<void> check(const Pattern& pattern);
/// The check of a pattern without parameters.
Result<void> no_parameters(const Pattern& pattern);

} // namespace bytebound
