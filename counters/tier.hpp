#pragma once

#include <algorithm>
#include <string_view>

namespace bytebound {

/// How directly a number was obtained, from the most to the least direct. The order matters: a ratio gets the least
/// direct tier of its operands, except that `computed` has no effect.
enum class Tier {
    timed,     ///< a clock
    counted,   ///< a counter that ran the whole time
    scaled,    ///< a multiplexed counter, extrapolated by time_enabled / time_running
    shared,    ///< a socket- or domain-wide counter, background subtracted
    emulated,  ///< valgrind
    simulated, ///< our cache model
    computed,  ///< derived exactly from the trace
};

constexpr std::string_view name_of(Tier tier) {
    switch (tier) {
    case Tier::timed: return "timed";
    case Tier::counted: return "counted";
    case Tier::scaled: return "scaled";
    case Tier::shared: return "shared";
    case Tier::emulated: return "emulated";
    case Tier::simulated: return "simulated";
    case Tier::computed: return "computed";
    }
    return "";
}

/// Tier of a figure derived from two others.
constexpr Tier combine(Tier a, Tier b) {
    if (a == Tier::computed) return b;
    if (b == Tier::computed) return a;
    return std::max(a, b);
}

} // namespace bytebound
