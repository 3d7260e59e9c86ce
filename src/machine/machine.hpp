#pragma once
// The one model of the machine, for doctor, topology, presets, run and calibrate.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/sysroot.hpp"
#include "counters/capability.hpp"
#include "counters/kernel.hpp"
#include "machine/caches.hpp"
#include "machine/core_kinds.hpp"
#include "machine/cpu.hpp"
#include "machine/limits.hpp"
#include "machine/lists.hpp"
#include "machine/virtualisation.hpp"

namespace bytebound {

struct NumaNode {
    int id = 0;
    std::vector<int> cpus;                     ///< empty with `cpus_stated`: a memory-only node
    std::optional<std::uint64_t> memory_bytes; ///< 0: a CPU-only node; nullopt: unknown
    std::vector<int> distance;                 ///< to every node in the order of Machine::nodes; empty: unknown
    bool cpus_stated = true;                   ///< a file lists `cpus`
    bool operator==(const NumaNode&) const = default;
};

struct Core {
    int package = 0;            ///< logical index over the machine (hwloc's package:N)
    int core = 0;               ///< logical index over the machine (hwloc's core:N)
    std::vector<int> cpus;      ///< SMT siblings
    bool package_stated = true; ///< false: unknown, and `package` is 0
    bool operator==(const Core&) const = default;
};

/// The kernel's numbers for a CPU's package and die; nullopt if not reported. Where it reports package -1 (s390, some
/// guests) but lists the package's CPUs, the first of these is the number.
struct CpuPlace {
    std::optional<int> package, die;
    bool operator==(const CpuPlace&) const = default;
};

/// The machine as plain data. Unknown values are absent or empty.
struct Machine {
    CpuIdentity cpu;
    KernelRelease kernel;
    Virtualisation virtualisation;
    Limits limits;
    std::vector<int> online; ///< CPU numbers of the kernel
    /// The affinity of this process: sched_getaffinity(2) on the running machine, proc/self/status of a recorded one.
    std::vector<int> allowed;
    bool allowed_stated = false; ///< false: a recording does not say, and `allowed` is `online`
    /// `online` comes from the kernel's list: a CPU outside of it is offline or does not exist.
    bool online_stated = false;
    std::vector<int> offline;       ///< present but not online
    std::vector<int> isolated;      ///< isolcpus=: excluded from scheduling
    std::map<int, CpuPlace> places; ///< of the online CPUs
    std::vector<Core> cores;
    bool siblings_stated = false; ///< false: SMT siblings are unknown, and every CPU is a core of its own
    std::vector<CoreKind> kinds;  ///< empty: nothing distinguishes the cores
    std::vector<CacheInfo> caches;
    std::vector<NumaNode> nodes; ///< a machine without NUMA has one node 0
    bool nodes_stated = true;    ///< false: a recording does not say, and `nodes` is one node with all CPUs
    std::optional<std::vector<int>> nodes_with_cpus; ///< from the kernel's node/has_cpu
    std::vector<int> allowed_nodes;
    std::optional<std::uint64_t> memory_bytes; ///< MemTotal
    Capability bind_cpus, bind_memory, query_pages;
    /// Why hwloc did not describe the running machine; empty: it did, or this is a recorded one.
    std::string hwloc_refusal;
    bool operator==(const Machine&) const = default;

    /// Number of packages with an online CPU; nullopt if no CPU's package is known.
    std::optional<int> package_count() const;
    /// Number of dies with an online CPU; a CPU without a known die is in die 0 of its package. nullopt without
    /// packages.
    std::optional<int> die_count() const;
    /// last_level_caches() of this machine's caches.
    std::vector<CacheInfo> last_level_caches(const std::vector<int>& cpus) const;
};

/// The machine according to the files of sys/ and proc/, recorded or running; capabilities are left empty. A file that
/// is not a list is ignored and becomes a fault. If no file lists a CPU, `online` is empty.
Machine read_machine(const SysRoot& root, std::vector<FileFault>& faults);

/// read_machine() and, on the running machine, additions from hwloc: caches that sysfs does not list, cores, and the
/// whole machine if a container masks sysfs. sysfs comes first, because CPUID is wrong in many guests. A recorded
/// machine has no binding capabilities. Call it before any thread is pinned: `allowed` is the process's current
/// affinity.
Machine survey_machine(const SysRoot& root, std::vector<FileFault>& faults);

/// survey_machine() for a machine to place workers on. Errors: bad_data if no file lists a CPU, or for the first fault;
/// not_possible if the kernel does not report this process's affinity.
Result<Machine> discover(const SysRoot& root);

} // namespace bytebound
