#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// A collector that this build knows. `make` is null when it is known but not built in.
struct CollectorEntry {
    std::string_view name;
    std::string_view purpose;
    std::unique_ptr<Collector> (*make)(Sys& sys, const SysRoot& root);
};

/// The one constant table of in-process collectors (without workload knowledge; src/run adds the simulation).
std::span<const CollectorEntry> collectors();

} // namespace bytebound
