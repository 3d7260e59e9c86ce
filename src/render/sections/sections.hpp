#pragma once
// The sections of the report. A section is a function and its line in report_sections, which defines their order.

#include <vector>

#include "figures/summary.hpp"
#include "render/document.hpp"

namespace bytebound {

using Blocks = std::vector<Block>;
/// Empty if there is nothing to report.
using Section = Blocks (*)(const RunRecord& run, const Summary& summary);

// figures.cpp: results
Blocks status_section(const RunRecord& run, const Summary& summary);
Blocks verdict_section(const RunRecord& run, const Summary& summary);
Blocks table_section(const RunRecord& run, const Summary& summary);
Blocks comparison_section(const RunRecord& run, const Summary& summary);
Blocks buffer_section(const RunRecord& run, const Summary& summary);
Blocks warning_section(const RunRecord& run, const Summary& summary);

// repeats.cpp: what ended the repeats (--repeats auto); loops that were run against themselves. Empty for other runs.
Blocks repeats_section(const RunRecord& run, const Summary& summary);
Blocks false_difference_section(const RunRecord& run, const Summary& summary);
/// "6", or "6 to 18" where the rows differ.
std::string repeats_text(const RunRecord& run);

// plug_ins.cpp: loops of the user's own; empty for other runs
Blocks plug_in_section(const RunRecord& run, const Summary& summary);
/// "failed at k 16, repeat 0, pass 0: it died of SIGSEGV in step 57"; empty if it did not fail.
std::string failure_text(const PlugInRecord& plug_in);
/// A line each for the terminal.
std::vector<std::string> plug_in_lines(const RunRecord& run);

// sources.cpp: compares several sources of DRAM bytes; empty if only the simulation supplied them
Blocks source_section(const RunRecord& run, const Summary& summary);

// ledger.cpp: bound, requested, modelled and measured bytes, and the parts of the difference
Blocks ledger_section(const RunRecord& run, const Summary& summary);
Blocks regression_section(const RunRecord& run, const Summary& summary);
Blocks crossover_section(const RunRecord& run, const Summary& summary);

// expected.cpp: what the closed form expected before the run, and whether the figures agree
Blocks expected_section(const RunRecord& run, const Summary& summary);

// ceilings.cpp: bandwidths as percentages of the host's ceilings
Blocks ceiling_section(const RunRecord& run, const Summary& summary);

// evidence.cpp: the evidence
Blocks unavailable_section(const RunRecord& run, const Summary& summary);
Blocks placement_section(const RunRecord& run, const Summary& summary);
Blocks counting_section(const RunRecord& run, const Summary& summary);
Blocks qualification_section(const RunRecord& run, const Summary& summary); // qualification.cpp
Blocks simulation_section(const RunRecord& run, const Summary& summary);
Blocks environment_section(const RunRecord& run, const Summary& summary);
Blocks reproduce_section(const RunRecord& run, const Summary& summary);

// programs.cpp: results of subjects without a trace, and what they are
Blocks program_verdict_section(const RunRecord& run, const Summary& summary);
Blocks program_table_section(const RunRecord& run, const Summary& summary);
Blocks subject_section(const RunRecord& run, const Summary& summary);

/// From the top of the report to its end.
inline constexpr Section report_sections[] = {
    status_section,      verdict_section,       table_section,      plug_in_section,    false_difference_section,
    source_section,      ledger_section,        expected_section,   regression_section, crossover_section,
    ceiling_section,     unavailable_section,   warning_section,    repeats_section,    placement_section,
    counting_section,    qualification_section, simulation_section, buffer_section,     comparison_section,
    environment_section, reproduce_section,
};
/// The same of a run whose rows have no k.
inline constexpr Section program_sections[] = {
    status_section,   program_verdict_section, program_table_section, subject_section,
    source_section,   unavailable_section,     warning_section,       repeats_section,
    counting_section, qualification_section,   environment_section,   reproduce_section,
};
/// Of a run that bytebound did not measure.
inline constexpr Section imported_sections[] = {
    status_section, program_verdict_section, program_table_section, subject_section,
    source_section, unavailable_section,     warning_section,       reproduce_section,
};
inline constexpr Section imported_environment_sections[] = {subject_section, reproduce_section};
inline constexpr Section program_environment_sections[] = {environment_section, subject_section, reproduce_section};
/// environment.md: the facts needed to reproduce the machine.
inline constexpr Section environment_sections[] = {environment_section, placement_section, reproduce_section};

// Parts of sections, in separate files.
Charts charts_of(const Summary& summary);
/// hierarchy.cpp: private levels; often empty.
Blocks hierarchy_blocks(const RunRecord& run);

} // namespace bytebound
