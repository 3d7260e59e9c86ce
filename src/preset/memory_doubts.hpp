#pragma once
// What can be wrong with counters that were found.

#include <string>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/machine.hpp"
#include "preset/preset.hpp"

namespace bytebound {

/// A cpumask that has more or fewer CPUs than the source's scope says, or offline ones.
std::vector<std::string> cpumask_doubts(const Machine& machine, const MemorySource& source,
                                        const std::vector<MemoryCounter>& counters);

/// The texts of the errata whose conditions hold. `differing`: aliases that are not the preset's events.
std::vector<std::string> errata_of(const SysRoot& root, const Machine& machine, const Preset& preset,
                                   const std::vector<MemoryCounter>& counters,
                                   const std::vector<std::string>& differing);

} // namespace bytebound
