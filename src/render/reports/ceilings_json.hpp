#pragma once

#include <nlohmann/json_fwd.hpp>

#include "figures/summary.hpp"

namespace bytebound {

/// The `ceilings` of a row; null where its reason stands in `unavailable`.
nlohmann::ordered_json ceilings_json(const SummaryRow& row);

} // namespace bytebound
