#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "machine/placement.hpp"

namespace bytebound {

/// Sets the memory policy of [address, address + bytes) before its first touch. `local` prefers the node of the CPUs
/// and spills when it is full (with several nodes, each page goes to the node of the thread that touches it first);
/// NODE and interleave allow no other node. Returns true if the policy is set, or if every page must be in place anyway
/// (one node with memory); false if the machine cannot bind memory (according to its capability). Error: not_possible
/// if the kernel refuses.
Result<bool> bind_memory(Sys& sys, const Machine& machine, const Placement& placement, void* address,
                         std::uint64_t bytes);

/// The memory policy that the process was started with, as by numactl: "interleave of nodes 0-1". Empty if it is the
/// kernel's default, if it cannot make a difference (one node), or if the kernel does not answer.
std::string outside_memory_policy(Sys& sys, const Machine& machine);

} // namespace bytebound
