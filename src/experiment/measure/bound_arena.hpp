#pragma once
// Memory of an experiment, and the verification of its location.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_region.hpp"
#include "base/sys.hpp"
#include "machine/machine.hpp"
#include "machine/page_proof.hpp"
#include "machine/placement.hpp"

namespace bytebound {

/// Memory that starts at a huge page boundary, is bound before anything touches it, and requests huge pages.
struct BoundArena {
    MappedRegion region;
    bool bound = false; ///< false if the machine cannot bind (Machine::bind_memory has the reason)
};
/// Touches nothing: the first write to a page decides its node, and the caller decides which thread writes first.
/// Error: not_possible if the kernel refuses to map or to bind.
Result<BoundArena> allocate_bound(Sys& sys, const Machine& machine, const Placement& placement, std::uint64_t bytes);
/// The same of a region that is mapped but not touched yet.
Result<BoundArena> bind_arena(Sys& sys, const Machine& machine, const Placement& placement, MappedRegion region);

/// The kernel's answer about the location of pages.
struct PageAnswer {
    std::vector<PageProof> proofs; ///< one per range
    std::string reason;            ///< why there is no answer: a missing capability, not a failed proof
};
PageAnswer ask_for_pages(Sys& sys, const Placement& placement, std::span<const AddressRange> ranges);

} // namespace bytebound
