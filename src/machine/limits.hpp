#pragma once
// What this process may use of the machine's time and memory.

#include <cstdint>
#include <optional>

#include "base/sysroot.hpp"

namespace bytebound {

/// A limit that a control group may set: not stated anywhere, stated as none, or a value.
struct GroupLimit {
    bool stated = false;
    std::optional<std::uint64_t> value; ///< nothing while stated: no limit
    bool operator==(const GroupLimit&) const = default;
};

struct Limits {
    std::optional<std::uint64_t> memory_available_bytes; ///< MemAvailable of proc/meminfo
    GroupLimit cpu_hundredths;                           ///< CPU time: 150 is 1.5 CPUs
    GroupLimit memory_bytes;
    bool operator==(const Limits&) const = default;
};
/// Of the control groups only the process's own: version 2 by proc/self/cgroup, else the root of version 1.
Limits find_limits(const SysRoot& root);

} // namespace bytebound
