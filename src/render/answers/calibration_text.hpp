#pragma once

#include <string>

#include "record/calibration_record.hpp"

namespace bytebound {

/// stdout of `bytebound calibrate`: ceilings with their intervals, write-allocate factors, peak FLOP/s, the verdict on
/// the counters, and omissions. Ends in a newline.
std::string calibration_text(const CalibrationRecord& record, bool color);

/// "20.1", from bytes per second; with as many decimals as for `like`.
std::string gbps_text(double bytes_per_second);
std::string gbps_text(double bytes_per_second, double like);

} // namespace bytebound
