#pragma once

#include <nlohmann/json_fwd.hpp>

#include "figures/summary.hpp"

namespace bytebound {

/// The `ledger` of a row; null where its reason stands in `unavailable`.
nlohmann::ordered_json ledger_json(const SummaryRow& row);
nlohmann::ordered_json regressions_json(const Summary& summary);
/// Null unless paired and index were both run.
nlohmann::ordered_json crossover_json(const Summary& summary);

} // namespace bytebound
