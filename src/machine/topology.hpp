#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/sysroot.hpp"
#include "counters/capability.hpp"

namespace bytebound {

/// One cache as sysfs (preferred) or hwloc states it.
struct CacheInfo {
    int level = 0;
    std::string type;             ///< "Data", "Instruction", "Unified"
    std::uint64_t size_bytes = 0; ///< 0: unknown
    std::uint32_t ways = 0;       ///< 0: unknown
    std::uint32_t line_bytes = 0; ///< 0: unknown
    std::vector<int> cpus;        ///< CPUs that share it
    std::string origin;           ///< "sysfs" or "hwloc"
    bool operator==(const CacheInfo&) const = default;
};

struct NumaNode {
    int id = 0;
    std::vector<int> cpus;          ///< empty: a memory-only node
    std::uint64_t memory_bytes = 0; ///< 0: a CPU-only node
    std::vector<int> distance;      ///< to every node in the order of Machine::nodes; empty: unknown
    bool operator==(const NumaNode&) const = default;
};

struct Core {
    int package = 0;       ///< logical index over the machine (hwloc's package:N)
    int core = 0;          ///< logical index over the machine (hwloc's core:N)
    std::vector<int> cpus; ///< SMT siblings
    bool operator==(const Core&) const = default;
};

/// The machine as plain data.
struct Machine {
    std::vector<int> online, allowed; ///< CPU numbers of the kernel
    std::vector<int> offline;         ///< present but not online
    std::vector<int> isolated;        ///< isolcpus=: the scheduler leaves them alone
    std::vector<Core> cores;
    std::vector<CacheInfo> caches;
    std::vector<NumaNode> nodes; ///< a machine without NUMA has one node 0
    std::vector<int> allowed_nodes, offline_nodes;
    std::uint64_t memory_bytes = 0; ///< MemTotal; 0: unknown
    Capability bind_cpus, bind_memory, query_pages;
    bool operator==(const Machine&) const = default;

    /// Last-level caches that the given CPUs reach (each once), of known size. A CPU whose outermost cache has no
    /// known size contributes nothing: a smaller, inner cache is no stand-in for it.
    std::vector<CacheInfo> last_level_caches(const std::vector<int>& cpus) const;
};

/// The running machine through hwloc, with sysfs cache geometry where sysfs has it (CPUID is wrong in many guests), or
/// a recorded tree (sys/ and proc/): then nothing can be bound. Call it before any thread is pinned: `allowed` is the
/// affinity that the process has at that moment. Error: bad_data when neither names any CPU.
Result<Machine> discover(const SysRoot& root);

} // namespace bytebound
