#pragma once
// Where a published figure comes from.

#include <array>
#include <span>
#include <string_view>

#include "counters/tier.hpp"

namespace bytebound {

/// The names of sources(), for code that asks about one of them.
namespace source_name {
inline constexpr std::string_view perf = "perf", uncore = "uncore", resctrl = "resctrl",
                                  core_estimate = "core-estimate", papi = "papi", callgrind = "callgrind", sim = "sim",
                                  clock = "clock", os = "os", trace = "trace";
} // namespace source_name

/// One row of the constant table of sources.
struct SourceEntry {
    std::string_view name;
    Tier tier = Tier::counted; ///< of its figures at best; a counter that shares hardware with others is `scaled`
    std::string_view supplies; ///< what it supplies, one line for the documentation
    bool counts_dram = false;  ///< it counts the bytes of DRAM on this machine
    int directness = 0;        ///< among those that do: the smallest is shown first, whatever its tier
    /// Why it shows fewer, or more, DRAM bytes than another source would.
    std::array<std::string_view, 2> shows_less = {}, shows_more = {};
};
std::span<const SourceEntry> sources();
/// Null for a name that the table lacks.
const SourceEntry* find_source(std::string_view name);
/// Whether the source of this name counts the bytes of DRAM; false for one that the table lacks.
bool counts_dram(std::string_view source);

} // namespace bytebound
