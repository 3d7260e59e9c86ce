#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "machine/live_topology.hpp"
#include "machine/placement.hpp"

namespace bytebound {
namespace {

/// True when no page can land anywhere but on the placement's nodes.
bool in_place_anyway(const Machine& machine, const Placement& placement) {
    return std::all_of(machine.nodes.begin(), machine.nodes.end(), [&](const NumaNode& node) {
        return (node.memory_bytes == 0 && machine.nodes.size() > 1) ||
               std::find(placement.nodes.begin(), placement.nodes.end(), node.id) != placement.nodes.end();
    });
}

} // namespace

Result<bool> bind_memory(const Machine& machine, const Placement& placement, void* address, std::uint64_t bytes) {
    const bool several = placement.nodes.size() > 1;
    const bool anyway = in_place_anyway(machine, placement);
    if (anyway && !several) return true;
    const hwloc_topology_t topology = LiveTopology::get().handle();
    if (!machine.bind_memory.available || topology == nullptr)
        return anyway && placement.policy != MemoryPolicy::interleave;

    Bitmap nodes = to_bitmap(placement.nodes);
    hwloc_membind_policy_t policy = HWLOC_MEMBIND_BIND;
    int flags = HWLOC_MEMBIND_BYNODESET;
    if (placement.policy == MemoryPolicy::interleave) {
        policy = HWLOC_MEMBIND_INTERLEAVE;
        flags |= HWLOC_MEMBIND_STRICT;
    } else if (placement.policy == MemoryPolicy::node) {
        flags |= HWLOC_MEMBIND_STRICT; // MPOL_BIND; without it hwloc asks for MPOL_PREFERRED, which spills
    } else if (several) {
        // First touch is a policy of the whole machine: hwloc takes it for all nodes or not at all.
        policy = HWLOC_MEMBIND_FIRSTTOUCH;
        nodes.reset(hwloc_bitmap_dup(hwloc_topology_get_topology_nodeset(topology)));
    }
    if (hwloc_set_area_membind(topology, address, bytes, nodes.get(), policy, flags) != 0) {
        const int error = errno;
        return fail({ExitCode::not_possible, "bind memory to", "nodes " + format_cpu_list(placement.nodes),
                     "the kernel refuses this policy", "use --mem local, or a node with memory that the cpuset allows",
                     error});
    }
    return true;
}

} // namespace bytebound
