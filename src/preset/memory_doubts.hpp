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

/// The errata of memory controllers whose conditions hold. `differing`: aliases that are not the preset's events.
std::vector<Erratum> errata_of(const SysRoot& root, const Machine& machine, const Preset& preset,
                               const std::vector<MemoryCounter>& counters, const std::vector<std::string>& differing);

/// The errata of resctrl whose conditions hold: of the preset, without counters.
std::vector<Erratum> resctrl_errata_of(const Machine& machine, const Preset& preset);

} // namespace bytebound
