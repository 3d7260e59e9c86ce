#pragma once

#include <string>

#include "base/sysroot.hpp"

namespace bytebound {

/// Conditions that ceilings depend on, apart from the placement. If one of them changes, a calibration is stale.
struct HostFacts {
    std::string host, cpu_model, kernel, thp; ///< thp: transparent huge pages, "always", "madvise", "never"
    bool operator==(const HostFacts&) const = default;
};
HostFacts host_facts(const SysRoot& root);

} // namespace bytebound
