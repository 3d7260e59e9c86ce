#pragma once
// The CSV of likwid-perfctr -O. Source of the layout: likwid.lua of LIKWID 5.2 (printOutput, printMarkerOutput,
// printcsv, num2str).

#include <string_view>

#include "base/error.hpp"
#include "import/import_builder.hpp"
#include "import/import_options.hpp"
#include "import/text_lines.hpp"

namespace bytebound {

/// All tables of one file, as one block: events and metrics of every hardware thread, by region. Tables of statistics
/// over the threads (STAT) follow from these and are left out. Error: bad_data.
Result<void> import_likwid(TextLines& lines, const ImportOptions& options, ImportBuilder& into);
/// The metric of docs/figures.md that an event or a metric of a group is; empty: none.
std::string_view likwid_metric(std::string_view metric);
/// Whether a counter belongs to one hardware thread ("FIXC0", "PMC1"); others count a whole package or die.
bool is_thread_counter(std::string_view counter);

} // namespace bytebound
