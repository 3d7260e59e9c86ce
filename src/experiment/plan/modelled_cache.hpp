#pragma once

#include <optional>
#include <vector>

#include "machine/machine.hpp"
#include "record/cache_choice.hpp"
#include "record/warning.hpp"

namespace bytebound {

/// The last-level cache of modelled figures: that which these CPUs reach, or `llc` (line_bytes 0: the machine's own).
/// Error (usage): impossible geometry.
Result<CacheChoice> modelled_cache(const Machine& machine, const std::vector<int>& cpus,
                                   const std::optional<CacheGeometry>& llc, std::vector<Warning>& warnings);

} // namespace bytebound
