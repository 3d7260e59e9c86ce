#pragma once
// JSON of ceilings, for calibration files and for run.json. Internal to run/: brings in the JSON library.

#include <nlohmann/json_fwd.hpp>

#include "record/calibration_record.hpp"

namespace bytebound {

void to_json(nlohmann::json& j, const Ceilings& ceilings);
void from_json(const nlohmann::json& j, Ceilings& ceilings);
void to_json(nlohmann::json& j, const CalibrationUse& use);
void from_json(const nlohmann::json& j, CalibrationUse& use);

// Of run_record_json.cpp.
void to_json(nlohmann::json& j, const Warning& warning);
void from_json(const nlohmann::json& j, Warning& warning);
void to_json(nlohmann::json& j, const CollectorRecord& collector);
void from_json(const nlohmann::json& j, CollectorRecord& collector);

} // namespace bytebound
