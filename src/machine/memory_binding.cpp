#include "machine/memory_binding.hpp"

#include <linux/mempolicy.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace bytebound {
namespace {

/// Whether every page must be on the placement's nodes even without binding.
bool in_place_anyway(const Machine& machine, const Placement& placement) {
    return std::all_of(machine.nodes.begin(), machine.nodes.end(), [&](const NumaNode& node) {
        return (node.memory_bytes == 0 && machine.nodes.size() > 1) ||
               std::find(placement.nodes.begin(), placement.nodes.end(), node.id) != placement.nodes.end();
    });
}

int policy_of(const Placement& placement) {
    switch (placement.policy) {
    case MemoryPolicy::interleave: return MPOL_INTERLEAVE;
    case MemoryPolicy::node: return MPOL_BIND;
    // With several nodes, each page belongs to the node of its first touch, which a list of nodes cannot express.
    case MemoryPolicy::local: return placement.nodes.size() > 1 ? MPOL_LOCAL : MPOL_PREFERRED;
    }
    return MPOL_DEFAULT;
}

std::vector<unsigned long> mask_of(const std::vector<int>& nodes) {
    constexpr std::size_t bits = 8 * sizeof(unsigned long);
    std::vector<unsigned long> mask;
    for (const int node : nodes) {
        const auto number = static_cast<std::size_t>(node);
        if (mask.size() <= number / bits) mask.resize(number / bits + 1);
        mask[number / bits] |= 1ul << number % bits;
    }
    return mask;
}

std::vector<int> nodes_of(std::span<const unsigned long> mask) {
    constexpr std::size_t bits = 8 * sizeof(unsigned long);
    std::vector<int> nodes;
    for (std::size_t node = 0; node < mask.size() * bits; ++node)
        if ((mask[node / bits] >> node % bits & 1) != 0) nodes.push_back(static_cast<int>(node));
    return nodes;
}

/// The kernel's words (linux/mempolicy.h; numactl prints the same).
std::string_view word_of(int policy) {
    switch (policy) {
    case MPOL_PREFERRED: return "preferred";
    case MPOL_BIND: return "bind";
    case MPOL_INTERLEAVE: return "interleave";
    case MPOL_LOCAL: return "local";
    case 5: return "preferred-many";
    case 6: return "weighted-interleave";
    default: return "another";
    }
}

} // namespace

Result<bool> bind_memory(Sys& sys, const Machine& machine, const Placement& placement, void* address,
                         std::uint64_t bytes) {
    const bool anyway = in_place_anyway(machine, placement);
    if (anyway && placement.nodes.size() <= 1) return true;
    if (!machine.bind_memory.available) return anyway && placement.policy != MemoryPolicy::interleave;

    // mbind(2) requires whole pages.
    const auto page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const std::uintptr_t before = reinterpret_cast<std::uintptr_t>(address) % page_bytes;
    const int policy = policy_of(placement);
    const auto nodes = policy == MPOL_LOCAL ? std::vector<unsigned long>{} : mask_of(placement.nodes);
    const SysResult bound = sys.bind_memory(static_cast<std::byte*>(address) - before, bytes + before, policy, nodes);
    if (!bound.ok())
        return fail({ExitCode::not_possible, "bind memory to", "nodes " + format_cpu_list(placement.nodes),
                     "the kernel refuses this policy", "use --mem local, or a node with memory that the cpuset allows",
                     bound.error});
    return true;
}

std::string outside_memory_policy(Sys& sys, const Machine& machine) {
    constexpr int flags = 1 << 15 | 1 << 14 | 1 << 13; // MPOL_MODE_FLAGS
    std::array<unsigned long, 1024 / 64> mask{};       // no kernel has more nodes (CONFIG_NODES_SHIFT)
    int policy = MPOL_DEFAULT;
    if (machine.nodes.size() < 2 || !sys.thread_memory_policy(&policy, mask).ok()) return {};
    policy &= ~flags;
    if (policy == MPOL_DEFAULT) return {};
    const std::vector<int> nodes = nodes_of(mask);
    return std::string(word_of(policy)) + (nodes.empty() ? "" : " of nodes " + format_cpu_list(nodes));
}

} // namespace bytebound
