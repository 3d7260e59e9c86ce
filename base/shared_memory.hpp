#pragma once

#include <cstdint>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/mapped_region.hpp"

namespace bytebound {

/// Memory that another process can map, too: an anonymous file, zeros at first. One of its descriptors cannot be mapped
/// for writing.
struct SharedMemory {
    Descriptor writable, readable;
    MappedRegion region; ///< writable; starts at a huge page boundary

    /// Touches nothing. Error (not_possible): the kernel refused, which includes a limit of file sizes (ulimit -f).
    static Result<SharedMemory> make(std::size_t bytes);
};

/// Replaces small pages by huge ones where the kernel can (Linux 6.1). A hint: call it after the memory was written.
void collapse_to_huge_pages(void* address, std::size_t bytes) noexcept;

} // namespace bytebound
