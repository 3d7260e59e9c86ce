#pragma once

#include <string>

#include "doctor/diagnosis.hpp"

namespace bytebound {

/// What `bytebound doctor` prints: at most 24 lines of at most 80 characters, each ending in a newline. What does not
/// fit (warnings, long lists of PMUs) is counted and left to --json.
std::string doctor_text(const MachineDiagnosis& diagnosis);

/// One JSON document, "bytebound.doctor/1" (reports/schema/doctor.schema.json), with a newline at the end. The line
/// `"probes": {` and its closing brace stand alone, one probe per line: scripts/gather-machine cuts them out.
std::string doctor_json(const MachineDiagnosis& diagnosis);

} // namespace bytebound
