#pragma once
// Possible problems of a step, or of a row of the summary.

#include <span>
#include <string_view>
#include <vector>

namespace bytebound {

/// The names of flags(), for code that sets or checks one of them.
namespace flag_name {
inline constexpr std::string_view migrated = "migrated", descheduled = "descheduled", interrupted = "interrupted",
                                  multiplexed = "multiplexed", never_ran = "never_ran",
                                  not_stationary = "not_stationary", few_blocks = "few_blocks",
                                  of_short_steps = "short", drift = "drift", outlier = "outlier";
} // namespace flag_name

/// One row of the constant table of flags. Its order is the order in samples.csv and in the summary.
struct FlagEntry {
    std::string_view name;
    std::string_view meaning; ///< one line for the documentation
    /// The effect on the flagged rows and what to do, for fmt: {rows}, {least_blocks}.
    std::string_view text;
    bool of_step = false; ///< of a step in samples.csv; else of a row of the summary only
    int below_table = 0;  ///< position in the line of flags below the main table; 0: not in that line
};
std::span<const FlagEntry> flags();
/// The flags of the line below the main table, in its order.
std::vector<const FlagEntry*> flags_below_table();

} // namespace bytebound
