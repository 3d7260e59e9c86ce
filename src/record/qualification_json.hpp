#pragma once
// JSON of the qualification, for run.json and for the cache. Internal to run/: brings in the JSON library.

#include <nlohmann/json_fwd.hpp>

#include "record/qualification_record.hpp"

namespace bytebound {

void to_json(nlohmann::json& j, const QualifiedEvent& event);
void from_json(const nlohmann::json& j, QualifiedEvent& event);
void to_json(nlohmann::json& j, const QualificationRecord& record);
/// Of older versions, too, which wrote done and reason only.
void from_json(const nlohmann::json& j, QualificationRecord& record);

} // namespace bytebound
