#pragma once
// Kinds of cores on machines whose cores differ (big.LITTLE, Intel hybrid).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// Cores that the kernel describes alike.
struct CoreKind {
    std::string pmu; ///< the core PMU that serves them: "cpu_atom", "armv8_cortex_a55"; empty: not known
    /// cpu_capacity, 1024 for the fastest core (arch_topology, cpu-capacity.txt); nullopt: not stated.
    std::optional<std::uint32_t> capacity;
    std::vector<int> cpus;
    bool operator==(const CoreKind&) const = default;
};

/// The kinds of the online CPUs, the fastest first where the kernel ranks them: by capacity, and cpu_core before x86's
/// other kinds. Empty if nothing distinguishes the cores.
std::vector<CoreKind> read_core_kinds(const SysRoot& root, const std::vector<int>& online);

/// Whether the order of kinds is the kernel's.
bool ranked(const std::vector<CoreKind>& kinds);

/// The kinds of the given CPUs: "armv8_cortex_a76, capacity 1024 (CPUs 4-5)", joined by "; ". Empty without kinds.
std::string describe_kinds(const std::vector<CoreKind>& kinds, const std::vector<int>& cpus);

} // namespace bytebound
