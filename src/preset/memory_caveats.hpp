#pragma once
// Possible errors of the counters that were found.

#include <string>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/machine.hpp"
#include "preset/preset.hpp"

namespace bytebound {

/// Warnings about a cpumask with more or fewer CPUs than the source's scope implies, or with offline CPUs.
std::vector<std::string> cpumask_caveats(const Machine& machine, const MemorySource& source,
                                         const std::vector<MemoryCounter>& counters);

/// The errata of memory controllers whose conditions hold. `differing`: aliases that differ from the preset's events.
std::vector<Erratum> errata_of(const SysRoot& root, const Machine& machine, const Preset& preset,
                               const std::vector<MemoryCounter>& counters, const std::vector<std::string>& differing);

/// The preset's errata about resctrl whose conditions hold. They do not depend on counters.
std::vector<Erratum> resctrl_errata_of(const Machine& machine, const Preset& preset);

} // namespace bytebound
