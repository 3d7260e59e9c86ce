#pragma once
// The one model of the machine: what doctor, topology, presets, run and calibrate know of it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/sysroot.hpp"
#include "counters/capability.hpp"
#include "machine/caches.hpp"
#include "machine/cpu.hpp"
#include "machine/kernel.hpp"
#include "machine/limits.hpp"
#include "machine/lists.hpp"
#include "machine/virtualisation.hpp"

namespace bytebound {

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

/// The kernel's numbers of the package and the die that a CPU is in; nothing where it states none.
struct CpuPlace {
    std::optional<int> package, die;
    bool operator==(const CpuPlace&) const = default;
};

/// The machine as plain data. What it does not state is absent or empty, or, in a size, 0.
struct Machine {
    CpuIdentity cpu;
    KernelRelease kernel;
    Virtualisation virtualisation;
    Limits limits;
    std::vector<int> online, allowed; ///< CPU numbers of the kernel
    bool online_stated = false;       ///< `online` is the kernel's list: a CPU outside it is offline or does not exist
    std::vector<int> offline;         ///< present but not online
    std::vector<int> isolated;        ///< isolcpus=: the scheduler leaves them alone
    std::map<int, CpuPlace> places;   ///< of the online CPUs
    std::vector<Core> cores;          ///< a CPU whose package is unknown is in package 0
    std::vector<CacheInfo> caches;
    std::vector<NumaNode> nodes;                     ///< a machine without NUMA has one node 0
    std::optional<std::vector<int>> nodes_with_cpus; ///< as the kernel states them (node/has_cpu)
    std::vector<int> allowed_nodes, offline_nodes;
    std::uint64_t memory_bytes = 0; ///< MemTotal; 0: unknown
    Capability bind_cpus, bind_memory, query_pages;
    bool operator==(const Machine&) const = default;

    /// Packages with an online CPU; nothing when no CPU's package is stated.
    std::optional<int> package_count() const;
    /// Dies with an online CPU; a CPU of no stated die is in die 0 of its package. Nothing without packages.
    std::optional<int> die_count() const;
    /// last_level_caches() of this machine's caches.
    std::vector<CacheInfo> last_level_caches(const std::vector<int>& cpus) const;
};

/// The machine as the files of sys/ and proc/ state it, recorded or running; capabilities are left empty. Files that
/// are no lists are left out and become faults; a machine of which no CPU is named has no `online`.
Machine read_machine(const SysRoot& root, std::vector<FileFault>& faults);

/// read_machine(), and of the running machine what hwloc adds: caches that sysfs does not know, cores, and the whole
/// machine where a container masks sysfs (CPUID is wrong in many guests: sysfs comes first). A recorded machine can
/// bind nothing. Call it before any thread is pinned: `allowed` is the affinity that the process has at that moment.
Machine survey_machine(const SysRoot& root, std::vector<FileFault>& faults);

/// survey_machine() of a machine that can be placed on. Error: bad_data when no CPU is named anywhere, or for the first
/// fault.
Result<Machine> discover(const SysRoot& root);

} // namespace bytebound
