#pragma once

#include <nlohmann/json_fwd.hpp>

#include "figures/summary.hpp"

namespace bytebound {

/// The `ceilings` of a row; null if `unavailable` has their reason.
nlohmann::ordered_json ceilings_json(const SummaryRow& row);

} // namespace bytebound
