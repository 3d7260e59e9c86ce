#pragma once
// The table of a run whose rows have no k: commands, regions, imported figures. A line is one figure of one row, as in
// the output of `perf stat`.

#include <string>

#include "figures/summary.hpp"
#include "render/document.hpp"

namespace bytebound {

/// "12.3 ms", "1.2 MiB", "482": in the unit of the metric, or of the event of this name.
std::string program_quantity(const RunRecord& run, std::string_view metric, double value);

/// A line per figure and row, where any row has it; with several rows, the ratio of the first row's value to the
/// line's, with its interval and the mark of its verdict.
Table program_table(const RunRecord& run, const Summary& summary);

/// Why figures are null, a line per reason, apart from those of a trace of rows: "n/a cycles: no core PMU".
std::vector<std::string> program_absences(const Summary& summary);

/// What `exec` prints, and `report` for such a run: the table, the tiers in it, the reasons, and what was seen of the
/// processes.
std::string program_report(const RunRecord& run, const Summary& summary, bool color,
                           std::optional<std::size_t> columns);

/// "not compared, because the exit codes are unequal: A 0, B 1": sentences about the commands that anyone who reads
/// their figures must know.
std::vector<std::string> command_notes(const RunRecord& run);

} // namespace bytebound
