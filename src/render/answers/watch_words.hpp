#pragma once
// Words that the forms of a watch share.

#include <string>
#include <utility>
#include <vector>

#include "record/watch_record.hpp"

namespace bytebound {

/// "node 0", "nodes 0-1"; "machine" if the nodes are not known.
std::string place_text(const WatchColumn& column);
/// "read", "write", "total": the traffic of a bandwidth.
std::string direction_text(const WatchColumn& column);
/// "node 0 ddr read GB/s", "CPI", "LLC MPKI", "context-switches /s"
std::string column_text(const WatchColumn& column);
/// "1.23"; "1.23~" if it was extrapolated; "<0.0001" instead of 0 for what is not 0; "n/a" without a value.
std::string value_text(const WatchValue& value);
/// What is counted and by what: sources, domains, and each reason and remedy for columns that cannot be obtained.
std::vector<std::string> watch_notes(const WatchHeader& header);
/// Why values of this line are missing, apart from what watch_notes() says: (columns, reason).
std::vector<std::pair<std::string, std::string>> missing_values(const WatchHeader& header, const WatchLine& line);

} // namespace bytebound
