#pragma once
// The letters after the last ':' or '/' of an event's name, as in perf ("cycles:upp"; perf-list(1), EVENT MODIFIERS).

#include <optional>
#include <string>
#include <string_view>

#include "counters/event.hpp"

namespace bytebound {

/// What a text of modifiers means here.
struct Modifiers {
    std::optional<Domain> domain; ///< from u and k; nullopt: neither is written
    std::string ignored;          ///< letters without a meaning for counting one thread, such as "S"
    std::string refused;          ///< the first letter that selects something else than this program counts
    std::string_view refusal;     ///< what that letter requests
};
/// nullopt: not a text of modifiers.
std::optional<Modifiers> parse_modifiers(std::string_view text);

} // namespace bytebound
