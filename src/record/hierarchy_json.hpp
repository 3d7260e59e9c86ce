#pragma once
// JSON of a simulated hierarchy, for run.json. Internal to run/: brings in the JSON library.

#include <nlohmann/json_fwd.hpp>

#include "record/hierarchy_record.hpp"

namespace bytebound {

void to_json(nlohmann::json& j, const CacheGeometry& g);
void from_json(const nlohmann::json& j, CacheGeometry& g);
void to_json(nlohmann::json& j, const HierarchyRecord& record);
void from_json(const nlohmann::json& j, HierarchyRecord& record);
void to_json(nlohmann::json& j, const LevelRecord& record);
void from_json(const nlohmann::json& j, LevelRecord& record);

} // namespace bytebound
