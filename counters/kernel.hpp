#pragma once
// Version of the running kernel.

#include <optional>
#include <string>
#include <utility>

#include "base/sysroot.hpp"

namespace bytebound {

struct KernelRelease {
    std::string text;                           ///< "6.1.0-18-amd64"; empty: unknown
    std::optional<std::pair<int, int>> version; ///< major, minor
    bool operator==(const KernelRelease&) const = default;

    /// False if the version is unknown.
    bool before(int major, int minor) const { return version && *version < std::pair(major, minor); }
};
/// proc/sys/kernel/osrelease, else the third word of proc/version.
KernelRelease kernel_release(const SysRoot& root);

} // namespace bytebound
