#pragma once
// What this process may use of the machine.

#include <cstdint>

#include "base/sysroot.hpp"

namespace bytebound {

/// MemAvailable of proc/meminfo, in bytes; 0 when it cannot be read.
std::uint64_t memory_available(const SysRoot& root);

} // namespace bytebound
