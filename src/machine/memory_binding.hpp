#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "machine/placement.hpp"

namespace bytebound {

/// Sets the memory policy of [address, address + bytes) before its first touch. local prefers the node of the CPUs
/// (several nodes: each page goes to the node of the thread that touches it first) and spills when it is full; NODE and
/// interleave allow no other node. True when set, or when every page must be in place anyway (one node with memory);
/// false when the machine cannot bind memory (a stated capability). Error: not_possible when the kernel refuses.
Result<bool> bind_memory(Sys& sys, const Machine& machine, const Placement& placement, void* address,
                         std::uint64_t bytes);

} // namespace bytebound
