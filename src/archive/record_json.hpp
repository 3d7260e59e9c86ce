#pragma once
// run.json, calibration and autotune files as texts, by the field tables of record_fields.hpp.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "io/json_shape.hpp"
#include "record/autotune_record.hpp"
#include "record/calibration_record.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// UTF-8, indented, ending in a newline; never NaN or infinity.
std::string to_json_text(const RunRecord& record);
std::string to_json_text(const CalibrationRecord& record);
std::string to_json_text(const AutotuneRecord& record);

/// Error: bad_data with `name`, the JSON path and the cause. Unknown keys are ignored.
Result<RunRecord> parse_run_record(std::string_view text, const std::string& name);
/// What precedes the experiments in run.json: status, versions, command, host, start and workload. The rest of the text
/// is not read, so that a thousand runs can be. Error: as above.
Result<RunRecord> parse_run_head(std::string_view text, const std::string& name);
Result<CalibrationRecord> parse_calibration(std::string_view text, const std::string& name);
Result<AutotuneRecord> parse_autotune(std::string_view text, const std::string& name);

/// The shape of each, according to their field tables.
ValueShape run_shape();
ValueShape calibration_shape();
ValueShape autotune_shape();

} // namespace bytebound
