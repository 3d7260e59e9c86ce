#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "machine/machine.hpp"

namespace bytebound {

enum class MemoryPolicy { local, interleave, node };

/// What the user asked for, resolved against a machine.
struct Placement {
    std::string cpus_request, memory_request; ///< verbatim
    std::vector<int> cpus;                    ///< one per worker, in worker order
    MemoryPolicy policy = MemoryPolicy::local;
    std::vector<int> nodes; ///< nodes on which pages are in place
    bool operator==(const Placement&) const = default;
};

/// `cpus`: auto | "0-2,5" | core:0-1 | package:0. `memory`: local | interleave | NODE. The first `threads` CPUs become
/// the workers'. A list keeps its order ("5,0": worker 0 on CPU 5); auto, core: and package: take the allowed CPUs of
/// the chosen cores, one per core first, SMT siblings after the last core. Nodes: local, those of the CPUs (of a
/// CPU-only node: the nearest nodes with memory); interleave, all allowed ones with memory; NODE, that one. Errors:
/// usage for a CPU or node that does not exist or bad grammar; not_possible for one that is offline, not allowed or
/// without memory, or fewer CPUs than workers.
Result<Placement> resolve_placement(const Machine& machine, const std::string& cpus, const std::string& memory,
                                    unsigned threads);

} // namespace bytebound
