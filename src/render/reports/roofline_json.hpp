#pragma once

#include <nlohmann/json_fwd.hpp>

#include "figures/summary.hpp"

namespace bytebound {

/// The `roofline` of summary.json. Without a calibration `levels` and `compute` are empty and `reason` explains that.
nlohmann::ordered_json roofline_json(const RunRecord& run, const Summary& summary);

} // namespace bytebound
