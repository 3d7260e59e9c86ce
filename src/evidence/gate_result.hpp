#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "evidence/gate_expression.hpp"

namespace bytebound {

enum class GateOutcome { pass, fail, unresolved };
std::string_view name_of(GateOutcome outcome);

/// A gate at one loop and k.
struct GateResult {
    GateExpression gate;
    std::string loop;
    std::uint32_t k = 0;
    std::optional<double> value, ci_low, ci_high; ///< head / base for a relative limit; else of head
    bool exact = false;                           ///< decided by value
    GateOutcome outcome = GateOutcome::unresolved;
    std::string reason; ///< why it is unresolved, or has no value; else empty
};

/// Whether it ends the command with exit code 4; `unresolved_fails`: --unresolved fail.
inline bool fails(const GateResult& gate, bool unresolved_fails) {
    return gate.outcome == GateOutcome::fail || (unresolved_fails && gate.outcome == GateOutcome::unresolved);
}

/// The three answers: the whole interval keeps the limit, or is beyond it, or neither.
GateOutcome decide(const GateExpression& gate, double low, double high);

} // namespace bytebound
