#include "experiment/plug_in/child_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace bytebound {
namespace {

/// Between two mappings. As large as a huge page, so that every buffer keeps its place within one.
constexpr std::uint64_t guard_bytes = huge_page_size;

Failure not_mapped(const std::string& what) {
    return fail({ExitCode::internal, "map", what, "the kernel refused to map it in the plug-in's process",
                 "raise the address-space limit (ulimit -v)", errno});
}

std::uint64_t whole_pages(std::uint64_t bytes) {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return (bytes + page - 1) / page * page;
}

bool map_at(std::byte* address, std::uint64_t bytes, int protection, int descriptor, std::uint64_t offset) {
    return ::mmap(address, whole_pages(bytes), protection, MAP_SHARED | MAP_FIXED | MAP_POPULATE, descriptor,
                  static_cast<off_t>(offset)) != MAP_FAILED;
}

} // namespace

Result<ChildMemory> ChildMemory::map(const WorkspaceSpec& spec, int readable, int writable) {
    const std::vector<BufferRange> ranges = arena_layout(spec);
    const std::uint64_t all = arena_bytes(spec) + (ranges.size() + 2) * guard_bytes;
    ChildMemory memory;
    memory.reserved = TRY(MappedRegion::inaccessible(all, huge_page_size));
    std::uint64_t shift = guard_bytes;
    for (const BufferRange& range : ranges) {
        std::byte* const address = memory.reserved.data() + shift + range.offset;
        const bool slab = range.buffer == Buffer::slab;
        if (range.buffer == Buffer::index || range.buffer == Buffer::meta) continue;
        if (range.bytes > 0 && !map_at(address, range.bytes, slab ? PROT_READ | PROT_WRITE : PROT_READ,
                                       slab ? writable : readable, range.offset))
            return not_mapped(range.name);
        if (range.buffer == Buffer::pool) memory.pool.push_back(reinterpret_cast<unsigned char*>(address));
        if (slab) memory.slab.push_back(reinterpret_cast<unsigned char*>(address));
        if (range.buffer == Buffer::mask) memory.masks = reinterpret_cast<const std::uint64_t*>(address);
        shift += guard_bytes;
    }
    for (const RowGroup& group : spec.layout.groups)
        memory.row_bytes.push_back(group.row_bytes);
    return memory;
}

Result<MappedRegion> map_block(int descriptor, std::uint64_t bytes) {
    auto region = TRY(MappedRegion::inaccessible(bytes + whole_pages(1), whole_pages(1)));
    if (!map_at(region.data(), bytes, PROT_READ | PROT_WRITE, descriptor, 0)) return not_mapped("results");
    return region;
}

} // namespace bytebound
