#pragma once
// The memory of a phase in the process of a plug-in: pool and masks that it cannot write, and a slab between guard
// pages.

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_region.hpp"
#include "experiment/plug_in/plug_in_spec.hpp"

namespace bytebound {

struct ChildMemory {
    MappedRegion reserved; ///< holds all of it; what is not listed below cannot be touched
    std::vector<const unsigned char*> pool;
    std::vector<unsigned char*> slab;
    std::vector<std::uint64_t> row_bytes;
    const std::uint64_t* masks = nullptr;

    /// `readable` and `writable`: descriptors of the arena. Maps every page at once, so that no step has to. Error:
    /// internal with the errno.
    static Result<ChildMemory> map(const WorkspaceSpec& spec, int readable, int writable);
};

/// The shared memory of the phase, with a guard page behind it.
Result<MappedRegion> map_block(int descriptor, std::uint64_t bytes);

} // namespace bytebound
