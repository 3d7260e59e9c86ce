#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"
#include "counters/names/event_name.hpp"
#include "counters/names/resolution_step.hpp"

namespace bytebound {

/// The encoding of the terms in pmu/terms/.
struct PmuEncoding {
    std::array<std::uint64_t, 3> words{}; ///< config, config1, config2
    double scale = 1.0;
    std::string unit;
    std::string origin;
    std::string raw; ///< the term rNNNN that gave the config word, if one did
};

/// Expands aliases (events/), places values through format/, and reads the alias's scale and unit. The user's terms
/// override those of an alias. `pmu` exists in `root`.
Step<PmuEncoding> encode_terms(const SysRoot& root, std::string_view name, std::string_view pmu,
                               const std::vector<EventTerm>& terms);

} // namespace bytebound
