#pragma once

#include <string>

#include "doctor/diagnosis.hpp"

namespace bytebound {

/// Output of `bytebound doctor`: at most 24 lines of at most 80 characters, each ending in a newline. Items that do not
/// fit (warnings, long lists of PMUs) are counted; --json lists them.
std::string doctor_text(const MachineDiagnosis& diagnosis);

/// One JSON document, "bytebound.doctor/1" (reports/schema/doctor.schema.json), ending in a newline. The line
/// `"probes": {` and its closing brace are lines of their own, with one probe per line in between, because
/// scripts/gather-machine extracts them.
std::string doctor_json(const MachineDiagnosis& diagnosis);

} // namespace bytebound
