#pragma once
// The caches of a machine.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// One cache, from sysfs (preferred) or hwloc. Both report 0 for what they do not know, which is nullopt here.
struct CacheInfo {
    int level = 0;
    std::string type; ///< "Data", "Instruction", "Unified"
    std::optional<std::uint64_t> size_bytes;
    std::optional<std::uint32_t> ways, line_bytes;
    std::vector<int> cpus; ///< CPUs that share it
    std::string origin;    ///< "sysfs" or "hwloc"
    /// False: no file lists the CPUs that share it, and `cpus` holds the one in whose directory it was found.
    bool sharing_stated = true;
    bool operator==(const CacheInfo&) const = default;
};

/// nullopt for 0.
template <class Number>
std::optional<Number> unless_zero(Number number) {
    return number == 0 ? std::nullopt : std::optional(number);
}

/// The caches of the given CPUs in sysfs, without duplicates, sorted by level, type and CPUs.
std::vector<CacheInfo> read_caches(const SysRoot& root, const std::vector<int>& online);
/// By level, type and CPUs.
void sort_caches(std::vector<CacheInfo>& caches);

/// Last-level caches of known size that serve the given CPUs, without duplicates. A CPU whose outermost cache has no
/// known size contributes nothing, because a smaller, inner cache is not a substitute.
std::vector<CacheInfo> last_level_caches(const std::vector<CacheInfo>& caches, const std::vector<int>& cpus);

} // namespace bytebound
