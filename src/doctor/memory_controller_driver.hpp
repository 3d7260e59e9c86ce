#pragma once

#include <optional>
#include <string>

#include "doctor/machine_facts.hpp"

namespace bytebound {

/// Which driver gives this CPU its memory-controller PMU.
struct MemoryControllerDriver {
    std::string module; ///< for modprobe
    std::string device; ///< how its PMUs are called
    int kernel_major = 0;
    int kernel_minor = 0; ///< first kernel that has it for this CPU; 0.0: any in use
};

/// Nothing for a CPU without such a PMU, or one that no table knows.
std::optional<MemoryControllerDriver> memory_controller_driver(const MachineFacts& facts);

} // namespace bytebound
