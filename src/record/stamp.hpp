#pragma once
// Stamps of a run and its files: time, host and command.

#include <string>
#include <vector>

#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// Now, in UTC: "2026-01-31T12:00:00Z".
std::string utc_now();
std::string host_name();
/// "./bytebound-YYYYmmdd-HHMMSS", local time.
std::string default_directory();

/// Comment lines of samples.csv and workers.csv.
std::vector<std::string> sample_comments(const RunRecord& record, SampleFile kind);

} // namespace bytebound
