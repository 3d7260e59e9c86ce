#pragma once
// Parts of the report; report_document.cpp puts them in order.

#include <vector>

#include "figures/summary.hpp"
#include "render/document.hpp"

namespace bytebound {

using Blocks = std::vector<Block>;

// sections_figures.cpp: what was found
Blocks status_section(const RunRecord& run, const Summary& summary);
Blocks verdict_section(const Summary& summary);
Blocks table_section(const RunRecord& run, const Summary& summary);
Blocks comparison_section(const Summary& summary);
Blocks buffer_section(const Summary& summary);
Blocks doubt_section(const RunRecord& run, const Summary& summary);
Charts charts_of(const Summary& summary);

// sections_sources.cpp: several sources of DRAM bytes side by side; nothing when only the simulation supplied them
Blocks source_section(const Summary& summary);

// sections_ledger.cpp: bound, requested, modelled and measured, and what explains the difference
Blocks ledger_section(const Summary& summary);
Blocks regression_section(const Summary& summary);
Blocks crossover_section(const Summary& summary);

// sections_ceilings.cpp: bandwidths as percentages of the host's ceilings
Blocks ceiling_section(const RunRecord& run, const Summary& summary);

// sections_evidence.cpp: what it rests on
Blocks unavailable_section(const RunRecord& run, const Summary& summary);
Blocks placement_section(const RunRecord& run);
Blocks counting_section(const RunRecord& run);
Blocks qualification_section(const RunRecord& run); // sections_qualification.cpp
Blocks simulation_section(const RunRecord& run);
Blocks hierarchy_blocks(const RunRecord& run); // sections_hierarchy.cpp: its part about private levels; often empty
Blocks environment_section(const RunRecord& run);
Blocks reproduce_section(const RunRecord& run);

} // namespace bytebound
