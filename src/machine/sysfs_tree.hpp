#pragma once
// What sys/ and proc/ say about a machine, recorded or running. Internal to topology/.

#include "base/error.hpp"
#include "base/sysroot.hpp"
#include "machine/topology.hpp"

namespace bytebound {

/// CPUs, cores, caches and nodes as the kernel's files state them; capabilities are left empty.
/// Error: bad_data when no CPU is named anywhere, or a list is malformed.
Result<Machine> read_sysfs_machine(const SysRoot& root);

} // namespace bytebound
