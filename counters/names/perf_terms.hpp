#pragma once
// Terms of perf's PMU/TERMS/ that say how perf opens, samples or shows an event, not which event it is
// (tools/perf/util/parse-events.l; perf-record(1), EVENT). Tools that print events write them: perf list --details,
// toplev, PerfSpect.

#include <string_view>

namespace bytebound {

enum class PerfTerm {
    none,    ///< not one of them
    name,    ///< name=LABEL: the name under which the value is shown
    ignored, ///< about samples and their files; counting needs nothing from it
    refused, ///< it changes what is counted
};
PerfTerm perf_term(std::string_view key);
/// What a refused term requests.
std::string_view refusal_of_term(std::string_view key);

} // namespace bytebound
