#pragma once

#include <string>

#include "figures/summary.hpp"

namespace bytebound {

/// summary.json, schema bytebound.summary/1 (reports/schema/summary.schema.json).
std::string summary_json(const RunRecord& run, const Summary& summary);

} // namespace bytebound
