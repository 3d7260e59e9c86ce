#pragma once
// What may be wrong with a step, or with a row of the summary.

#include <span>
#include <string_view>
#include <vector>

namespace bytebound {

/// The names of flags(), for code that sets one of them or asks about it.
namespace flag_name {
inline constexpr std::string_view migrated = "migrated", descheduled = "descheduled", interrupted = "interrupted",
                                  multiplexed = "multiplexed", never_ran = "never_ran",
                                  not_stationary = "not_stationary", few_blocks = "few_blocks", outlier = "outlier";
} // namespace flag_name

/// One row of the constant table of flags, whose order is that of samples.csv and of the summary.
struct FlagEntry {
    std::string_view name;
    std::string_view meaning; ///< one line for the documentation
    /// What it means for the rows that carry it and what to do, for fmt: {rows}, {least_blocks}.
    std::string_view text;
    int below_table = 0; ///< place in the line of flags below the main table; 0: it is not in that line
};
std::span<const FlagEntry> flags();
/// Those of the line below the main table, in its order.
std::vector<const FlagEntry*> flags_below_table();

} // namespace bytebound
