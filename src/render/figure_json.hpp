#pragma once

#include <nlohmann/json_fwd.hpp>

#include "figures/summary.hpp"

namespace bytebound {

/// A published number as summary.json and other documents contain it.
nlohmann::ordered_json figure_json(const Figure& figure);

/// null for a row that has no k.
nlohmann::ordered_json k_json(std::uint32_t k);

} // namespace bytebound
