#pragma once
// The origin of a published figure.

#include <array>
#include <span>
#include <string_view>

#include "counters/tier.hpp"

namespace bytebound {

/// The names of sources(), for code that refers to one of them.
namespace source_name {
inline constexpr std::string_view perf = "perf", uncore = "uncore", resctrl = "resctrl",
                                  core_estimate = "core-estimate", papi = "papi", callgrind = "callgrind", sim = "sim",
                                  clock = "clock", os = "os", trace = "trace", perf_stat = "perf-stat",
                                  likwid = "likwid", xctrace = "xctrace", ncu = "ncu",
                                  google_benchmark = "google-benchmark";
} // namespace source_name

/// One row of the constant table of sources.
struct SourceEntry {
    std::string_view name;
    Tier tier = Tier::counted; ///< best tier of its figures; a counter that shares hardware with others is `scaled`
    std::string_view supplies; ///< what it supplies, one line for the documentation
    bool counts_dram = false;  ///< it counts DRAM bytes on this machine
    int directness = 0; ///< rank among the sources of DRAM bytes: the smallest is shown first, regardless of tier
    /// Why it reports fewer, or more, DRAM bytes than another source.
    std::array<std::string_view, 2> shows_less = {}, shows_more = {};
};
std::span<const SourceEntry> sources();
/// Null if the table does not contain the name.
const SourceEntry* find_source(std::string_view name);
/// Whether the source counts DRAM bytes; false if the table does not contain it.
bool counts_dram(std::string_view source);

} // namespace bytebound
