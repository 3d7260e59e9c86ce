#pragma once
// Memory of an experiment: where it lies, and the proof of it.

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

/// Memory that begins on a huge page, was bound before anything touched it, and asks for huge pages.
struct BoundArena {
    MappedRegion region;
    bool bound = false; ///< false where the machine allows no binding (Machine::bind_memory says why)
};
/// Nothing is touched: the first write of a page, by whom the caller chooses, puts it on its node. Errors: not_possible
/// for memory that the kernel refuses to map or to bind.
Result<BoundArena> allocate_bound(Sys& sys, const Machine& machine, const Placement& placement, std::uint64_t bytes);

/// Where the kernel says that pages are.
struct PageAnswer {
    std::vector<PageProof> proofs; ///< one for each range
    std::string reason;            ///< why there is no answer: a stated capability, not a failed proof
};
PageAnswer ask_for_pages(Sys& sys, const Placement& placement, std::span<const AddressRange> ranges);

} // namespace bytebound
