#include "experiment/measure/bound_arena.hpp"

#include <sys/mman.h>

#include <utility>

#include "machine/memory_binding.hpp"

namespace bytebound {

Result<BoundArena> allocate_bound(Sys& sys, const Machine& machine, const Placement& placement, std::uint64_t bytes) {
    return bind_arena(sys, machine, placement, TRY(MappedRegion::anonymous(bytes, huge_page_size)));
}

Result<BoundArena> bind_arena(Sys& sys, const Machine& machine, const Placement& placement, MappedRegion region) {
    BoundArena arena;
    arena.region = std::move(region);
    arena.bound = TRY(bind_memory(sys, machine, placement, arena.region.data(), arena.region.size()));
    // A hint only: fewer page walks, whose loads are also traffic. Reports use the number of bytes on huge pages from
    // smaps.
    static_cast<void>(::madvise(arena.region.data(), arena.region.size(), MADV_HUGEPAGE));
    return arena;
}

PageAnswer ask_for_pages(Sys& sys, const Placement& placement, std::span<const AddressRange> ranges) {
    auto proofs = query_buffers(sys, placement, ranges);
    if (!proofs) return {{}, proofs.error().cause};
    return {std::move(*proofs), {}};
}

} // namespace bytebound
