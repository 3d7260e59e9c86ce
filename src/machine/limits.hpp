#pragma once
// Limits on this process's use of CPU time and memory.

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
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
    GroupLimit tasks_left; ///< processes and threads that the pids cgroup still allows
    // Of this process; nullopt where there is no limit, and for a recorded machine.
    std::optional<std::uint64_t> descriptors;        ///< RLIMIT_NOFILE
    std::optional<std::uint64_t> user_tasks;         ///< RLIMIT_NPROC: of all processes of this user; root has none
    std::optional<std::uint64_t> address_space_left; ///< RLIMIT_AS less what is in use
    std::optional<std::uint64_t> file_bytes;         ///< RLIMIT_FSIZE
    std::uint64_t thread_stack_bytes = 0;            ///< address space of a new thread's stack
    bool operator==(const Limits&) const = default;
};
/// The limits of the process's control group (proc/self/cgroup) and of all groups above it, of which the lowest counts:
/// v2, else the controllers of v1. In a container whose own path is not visible, the root of what is mounted.
Limits find_limits(const SysRoot& root);

/// Raises this process's soft limit of file descriptors to the hard one: a counter of a worker is a descriptor, and the
/// usual soft limit of 1024 exists for select(2), which is not used here. A refusal leaves the limit as it is.
void raise_descriptor_limit();

/// With a limited address space (ulimit -v), all threads share one heap: glibc reserves 64 MiB of it for each further
/// one, which the buffers need.
void share_heap_if_limited();

/// Why a process with so little stack cannot work; nullopt: there is enough. Checked before anything is parsed.
std::optional<Error> stack_shortage();

/// The memory that a run may fill, and whose limit that is.
enum class RoomOf { machine, group, process };
struct MemoryRoom {
    std::optional<std::uint64_t> bytes; ///< nullopt: unknown, then nothing is refused for its size
    RoomOf of = RoomOf::machine;
    MemoryRoom() = default;
    MemoryRoom(std::optional<std::uint64_t> room, RoomOf whose = RoomOf::machine) : bytes(room), of(whose) {}
};
/// `threads` more of them need their stacks in the address space of the process.
MemoryRoom memory_room(const Limits& limits, std::uint64_t threads = 0);
/// Of a known one: "the machine has 21 GiB available", "the memory cgroup allows 200 MiB", "ulimit -v allows 1 GiB
/// more"
std::string describe(const MemoryRoom& room);

} // namespace bytebound
