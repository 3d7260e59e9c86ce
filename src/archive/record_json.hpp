#pragma once
// run.json and calibration files as texts, by the field tables of record_fields.hpp.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "io/json_shape.hpp"
#include "record/calibration_record.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// UTF-8, indented, ending in a newline; never NaN or infinity.
std::string to_json_text(const RunRecord& record);
std::string to_json_text(const CalibrationRecord& record);

/// Error: bad_data with `name`, the JSON path and the cause. Unknown keys are ignored.
Result<RunRecord> parse_run_record(std::string_view text, const std::string& name);
Result<CalibrationRecord> parse_calibration(std::string_view text, const std::string& name);

/// The shape of both, according to their field tables.
ValueShape run_shape();
ValueShape calibration_shape();

} // namespace bytebound
