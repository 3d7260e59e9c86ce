#pragma once
// Limits on this process's use of CPU time and memory.

#include <cstdint>
#include <optional>
#include <string>

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
    std::optional<std::uint64_t> descriptors; ///< RLIMIT_NOFILE of this process; nullopt: a recorded machine
    bool operator==(const Limits&) const = default;
};
/// The limits of the process's control group (proc/self/cgroup) and of all groups above it, of which the lowest counts:
/// v2, else the controllers of v1. In a container whose own path is not visible, the root of what is mounted.
Limits find_limits(const SysRoot& root);

/// Raises this process's soft limit of file descriptors to the hard one: a counter of a worker is a descriptor, and the
/// usual soft limit of 1024 exists for select(2), which is not used here. A refusal leaves the limit as it is.
void raise_descriptor_limit();

/// The memory that a run may fill, and whose limit that is.
struct MemoryRoom {
    std::uint64_t bytes = 0; ///< 0: unknown, then nothing is refused for its size
    bool of_group = false;   ///< of a memory cgroup, not of the machine
    MemoryRoom() = default;
    MemoryRoom(std::uint64_t room, bool group = false) : bytes(room), of_group(group) {}
};
MemoryRoom memory_room(const Limits& limits);
/// "the machine has 21 GiB available", "the memory cgroup allows 200 MiB"
std::string describe(const MemoryRoom& room);

} // namespace bytebound
