#pragma once

#include <nlohmann/json_fwd.hpp>

#include "evidence/gate_result.hpp"

namespace bytebound {

/// A gate at one loop and k, as every answer with gates has it.
nlohmann::ordered_json gate_json(const GateResult& gate);

} // namespace bytebound
