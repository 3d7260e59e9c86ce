#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_region.hpp"
#include "loops/row_layout.hpp"

namespace bytebound {

/// The kinds of memory that a loop touches, as `by_buffer` reports them.
enum class Buffer : std::uint8_t { pool, slab, mask, index, meta };
inline constexpr std::size_t buffer_count = 5;
std::string_view name_of(Buffer buffer);

/// What one arena must hold.
struct WorkspaceSpec {
    std::uint32_t pool_rows = 0; ///< N; the slab has the same capacity
    RowLayout layout;
    std::uint32_t mask_count = 0; ///< steps + 1 of the longest trace
    bool operator==(const WorkspaceSpec&) const = default;
};

/// Offset and size of one buffer in the arena. `group` is the row group for pool and slab, else 0.
struct BufferRange {
    Buffer buffer;
    std::uint32_t group;
    std::string name; ///< "pool.up", "slab.down", "index", "meta", "mask"
    std::uint64_t offset;
    std::uint64_t bytes;
};

/// The arena's fixed order: pool groups, slab groups, index (id lists of 4-byte entries, and oracle's 8-byte pairs),
/// meta (slot_of, id_at: 4-byte entries), mask (step-major). Every buffer starts on a 4096-byte boundary. Equal specs
/// give equal offsets on every machine: the simulator's addresses are these offsets.
std::vector<BufferRange> arena_layout(const WorkspaceSpec& spec);
std::uint64_t arena_bytes(const WorkspaceSpec& spec);

/// All buffers of one experiment in one mapping, 2 MiB aligned. Allocation touches nothing, so that the caller can
/// bind the memory first; a replay that never copies rows never touches pool and slab at all.
class Workspace {
public:
    static Result<Workspace> allocate(const WorkspaceSpec& spec);

    const WorkspaceSpec& spec() const { return spec_; }
    const std::vector<BufferRange>& ranges() const { return ranges_; }
    std::byte* base() const { return region_.data(); }
    std::uint64_t bytes() const { return region_.size(); }

    std::byte* pool_row(std::uint32_t group, std::uint32_t id) const;
    std::byte* slab_row(std::uint32_t group, std::uint32_t slot) const;
    std::span<std::uint64_t> masks() const;
    std::uint64_t* mask(std::uint32_t step) const; ///< 0: the initial set
    std::span<std::uint32_t> index() const;
    std::span<std::uint32_t> slot_of() const; ///< N entries; meaningless for inactive ids
    std::span<std::uint32_t> id_at() const;   ///< N entries; the first m are the slab's rows

    /// First touch: fills the pool with seeded data without a zero word in it (hardware elides write-backs of zeros),
    /// slab, tables and masks with non-zero filler.
    void touch(std::uint64_t seed);

private:
    WorkspaceSpec spec_;
    std::vector<BufferRange> ranges_;
    MappedRegion region_;
};

} // namespace bytebound
