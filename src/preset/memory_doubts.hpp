#pragma once
// What can be wrong with counters that were found: the machine's shape, and the errata of the preset.

#include <map>
#include <string>
#include <vector>

#include "base/sysroot.hpp"
#include "preset/preset.hpp"

namespace bytebound {

/// Packages and dies with CPUs online, NUMA nodes with CPUs, and the kernel's version; 0 or nothing: not known.
struct MachineShape {
    std::size_t packages = 0, dies = 0, nodes = 0;
    std::vector<int> online;
    std::map<int, long> package_of; ///< by CPU
    std::optional<std::pair<int, int>> kernel;
};
MachineShape shape_of(const SysRoot& root);

/// A cpumask that has more or fewer CPUs than the source's scope says, or offline ones.
std::vector<std::string> cpumask_doubts(const MachineShape& shape, const MemorySource& source,
                                        const std::vector<MemoryCounter>& counters);

/// The texts of the errata whose conditions hold. `differing`: aliases that are not the preset's events.
std::vector<std::string> errata_of(const SysRoot& root, const MachineShape& shape, const Preset& preset,
                                   const std::vector<MemoryCounter>& counters,
                                   const std::vector<std::string>& differing);

} // namespace bytebound
