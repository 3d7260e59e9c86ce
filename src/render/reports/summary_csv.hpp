#pragma once

#include <string>

#include "figures/summary.hpp"

namespace bytebound {

/// summary.csv: `#` comment lines (schema, host, timestamp, seed, autotune source, command), a header, one line per
/// (loop, k); RFC 4180.
std::string summary_csv(const RunRecord& run, const Summary& summary);

} // namespace bytebound
