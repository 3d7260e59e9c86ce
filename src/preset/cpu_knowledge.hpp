#pragma once
// What the presets add to the machine's own files, for doctor.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "machine/machine.hpp"
#include "preset/preset.hpp"

namespace bytebound {

struct CpuKnowledge {
    std::optional<MemoryControllerDriver> driver; ///< nullopt: no such PMU is known for this CPU
    std::string uncounted; ///< why the preset counts none of this machine's memory PMUs; empty: it counts one
    std::string uncounted_remedy;
    std::vector<std::string> errata; ///< brief texts about the counters that a run would open
    std::vector<std::string> resctrl_errata;
    std::map<std::string, BoxScope> scopes; ///< for the PMUs whose counts the preset reads
    std::set<std::string> memory_pmus;      ///< this machine's PMUs that any compiled-in preset counts as memory
};
/// From the compiled-in presets. `acpi_devices`: the firmware's list.
CpuKnowledge cpu_knowledge(const SysRoot& root, const Machine& machine, const std::vector<std::string>& acpi_devices);

/// The firmware's list of devices outranks the board's name, which outranks the CPU's model: one core design is built
/// into many meshes.
std::optional<MemoryControllerDriver> memory_controller_driver(const std::vector<Preset>& presets,
                                                               const Machine& machine,
                                                               const std::vector<std::string>& acpi_devices);

} // namespace bytebound
