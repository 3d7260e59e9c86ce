#pragma once

#include <string>

#include "figures/summary.hpp"
#include "render/document.hpp"

namespace bytebound {

/// The table of the report and of the terminal: one line per (loop, k), the tier of each column below its title and,
/// where a column mixes tiers, beside each number.
Table main_table(const Summary& summary);
/// What stands below it, one line each: the tiers that occur, and where the base of the speedup is missing.
std::vector<std::string> table_notes(const Summary& summary);

/// Loop against which the table and the verdicts compare: index, else the first loop of the run at this k.
std::string base_loop(const Summary& summary, std::uint32_t k);

/// "2 rows at the end of samples.csv left out: their phase was cut off"
std::string dropped_text(const Summary& summary);

/// stdout of `bytebound run`: the table, its legend, and what is missing from it; ends in a newline.
std::string terminal_report(const RunRecord& run, const Summary& summary, bool color);

} // namespace bytebound
