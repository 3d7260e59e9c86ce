#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "figures/summary.hpp"
#include "render/document.hpp"

namespace bytebound {

/// The table of the report and of the terminal: one line per (loop, k). The tier of each column is below its title, or
/// next to each number if the column has several.
Table main_table(const Summary& summary);
/// The lines below the table: the tiers that occur, and where the speedup's base is missing.
std::vector<std::string> table_notes(const Summary& summary);

/// The loop that table and verdicts compare with: index, else the first loop of the run at this k.
std::string base_loop(const Summary& summary, std::uint32_t k);

/// Beside a ratio: "~" for one that is not significantly different from 1, "=" for the same within 1 %, else nothing.
std::string_view mark_of(Verdict verdict);

/// "2 rows at the end of samples.csv left out: their phase was cut off"
std::string dropped_text(const Summary& summary);

/// stdout of `bytebound run`: the table, its legend, and omissions. Ends in a newline. `columns`: what the terminal
/// shows in a line; columns of the table that do not fit are left out, and the report has them. nullopt: all columns.
std::string terminal_report(const RunRecord& run, const Summary& summary, bool color,
                            std::optional<std::size_t> columns = std::nullopt);

} // namespace bytebound
