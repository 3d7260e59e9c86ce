#pragma once
// JSON of what a run expects, for run.json. Internal to run/: brings in the JSON library.

#include <nlohmann/json_fwd.hpp>

#include "record/expected_record.hpp"

namespace bytebound {

void to_json(nlohmann::json& j, const ClosedForm& form);
void from_json(const nlohmann::json& j, ClosedForm& form);
void to_json(nlohmann::json& j, const ExpectedRecord& record);
void from_json(const nlohmann::json& j, ExpectedRecord& record);

} // namespace bytebound
