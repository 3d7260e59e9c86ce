#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "history/history_run.hpp"

namespace bytebound {

/// A run of a history without its figures.
nlohmann::ordered_json history_run_json(const HistoryRun& run);
/// HistoryRun::workload as an object.
nlohmann::ordered_json workload_json(const std::string& workload);

} // namespace bytebound
