#include "render/answers/gate_json.hpp"

#include "io/json.hpp"
#include "render/figure_json.hpp"

namespace bytebound {

nlohmann::ordered_json gate_json(const GateResult& gate) {
    return {{"expr", gate.gate.text},
            {"cell", nlohmann::ordered_json::object()},
            {"loop", gate.loop},
            {"k", k_json(gate.k)},
            {"metric", gate.gate.metric},
            {"value", json_number(gate.value)},
            {"ci_low", json_number(gate.ci_low)},
            {"ci_high", json_number(gate.ci_high)},
            {"limit", json_number(gate.gate.limit)},
            {"relative", gate.gate.relative},
            {"exact", gate.exact},
            {"result", name_of(gate.outcome)},
            {"reason", json_text(gate.reason)}};
}

} // namespace bytebound
