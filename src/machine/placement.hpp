#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "machine/machine.hpp"

namespace bytebound {

enum class MemoryPolicy { local, interleave, node };

/// The user's placement request, resolved for a machine.
struct Placement {
    std::string cpus_request, memory_request; ///< verbatim
    std::vector<int> cpus;                    ///< one per worker, in worker order
    MemoryPolicy policy = MemoryPolicy::local;
    std::vector<int> nodes; ///< nodes on which a page counts as in place
    bool operator==(const Placement&) const = default;
};

/// All CPUs of --cpus, in the order in which workers get them. `cpus` and errors: as for resolve_placement().
Result<std::vector<int>> resolve_cpus(const Machine& machine, const std::string& cpus);

/// `cpus`: auto | "0-2,5" | core:0-1 | package:0. `memory`: local | interleave | NODE. Workers get the first `threads`
/// CPUs. A list keeps its order ("5,0": worker 0 on CPU 5); auto, core: and package: take the allowed CPUs of the
/// chosen cores, first one per core, SMT siblings last; auto the fastest kind of core first, where kinds are ranked.
/// Nodes: `local`, those of the CPUs (for a CPU-only node, the nearest nodes with memory); `interleave`, all allowed
/// ones with memory; NODE, that one. Errors: usage for bad grammar or a CPU or node that does not exist; not_possible
/// for one that is offline, not allowed or without memory, or if there are fewer CPUs than workers.
Result<Placement> resolve_placement(const Machine& machine, const std::string& cpus, const std::string& memory,
                                    unsigned threads);

/// Numbers of workers to try: those asked for, each once and in ascending order, else 1, 2, 4, ... and the largest team
/// that --cpus allows, one worker per core.
std::vector<std::uint32_t> team_sizes(const Machine& machine, const std::string& cpus, const std::string& memory,
                                      std::vector<std::uint32_t> asked);

} // namespace bytebound
