#pragma once

#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// Whether the rows of samples.csv or background.csv are those of the run: of a loop and k that run.json lists, each
/// once, with numbers that a reading of this run can have (row_check.hpp); for the steps of a complete run also within
/// its repeats, passes and steps, and all of them. Error: bad_data with `file` and the first fault.
Result<void> check_samples(const SampleTable& table, const RunRecord& run, SampleFile kind, const std::string& file);

} // namespace bytebound
