#pragma once
// Limits on this process's use of CPU time and memory.

#include <cstdint>
#include <optional>

#include "base/sysroot.hpp"

namespace bytebound {

/// A limit that a control group may set: unknown, no limit, or a value.
struct GroupLimit {
    bool stated = false;
    std::optional<std::uint64_t> value; ///< nullopt with `stated`: no limit
    bool operator==(const GroupLimit&) const = default;
};

struct Limits {
    std::optional<std::uint64_t> memory_available_bytes; ///< MemAvailable of proc/meminfo
    GroupLimit cpu_hundredths;                           ///< CPU time: 150 is 1.5 CPUs
    GroupLimit memory_bytes;
    bool operator==(const Limits&) const = default;
};
/// Considers only the process's own control group: v2 from proc/self/cgroup, else the root of v1.
Limits find_limits(const SysRoot& root);

} // namespace bytebound
