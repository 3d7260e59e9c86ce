#pragma once

#include <nlohmann/json_fwd.hpp>

#include "figures/summary.hpp"

namespace bytebound {

/// The `ledger` of a row; null if `unavailable` has its reason.
nlohmann::ordered_json ledger_json(const SummaryRow& row);
nlohmann::ordered_json regressions_json(const Summary& summary);
/// Null unless both paired and index were run.
nlohmann::ordered_json crossover_json(const Summary& summary);

} // namespace bytebound
