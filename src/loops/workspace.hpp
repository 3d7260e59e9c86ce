#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_region.hpp"
#include "workload/row_layout.hpp"

namespace bytebound {

/// Ids and slots are 32-bit, and oracle's list numbers the slots after the ids.
inline constexpr std::uint32_t max_pool_rows = std::uint32_t{1} << 31;

/// Kinds of memory that a loop touches, as reported by `by_buffer`.
enum class Buffer : std::uint8_t { pool, slab, mask, index, meta };
inline constexpr std::size_t buffer_count = 5;
std::string_view name_of(Buffer buffer);

/// Required contents of an arena.
struct WorkspaceSpec {
    std::uint32_t pool_rows = 0; ///< N
    std::uint32_t slab_rows = 0; ///< capacity of slab and lists: the most rows that a trace has active at once
    RowLayout layout;
    std::uint32_t mask_count = 0; ///< steps + 1 of the longest trace
    /// Capacity of oracle's lists in row copies: the largest bound_rows(changes) of any trace; 0 without oracle.
    std::uint64_t oracle_pairs = 0;
    bool operator==(const WorkspaceSpec&) const = default;
};

/// Offset and size of one buffer in the arena. `group` is the row group of pool and slab, else 0.
struct BufferRange {
    Buffer buffer;
    std::uint32_t group;
    std::string name; ///< "pool.up", "slab.down", "index", "meta", "mask"
    std::uint64_t offset;
    std::uint64_t bytes;
};

/// One row copy of oracle's list. A source below N is the id of a pool row; N + s is the slab row in slot s.
struct RowPair {
    std::uint32_t source;
    std::uint32_t slot; ///< destination in the slab
    bool operator==(const RowPair&) const = default;
};

/// The arena's fixed order: pool groups, slab groups, index, meta, mask. Every buffer starts at a 4096-byte boundary.
/// Equal specs give equal offsets on every machine, because the simulator uses these offsets as addresses. Pool and
/// slab are first, so that their offsets depend only on the numbers of rows and the layout.
///   index: two lists of slab_rows 4-byte entries (index: ids of the gather in the first; paired: sources in the first,
///   slots
///          in the second); for oracle, instead, the 8-byte pairs of all steps, step after step.
///   meta:  slot_of, N 4-byte entries, then, on the next 64-byte boundary, id_at: slab_rows 4-byte entries.
///   mask:  mask_count masks of mask_words(N) 8-byte words.
std::vector<BufferRange> arena_layout(const WorkspaceSpec& spec);
std::uint64_t arena_bytes(const WorkspaceSpec& spec);

/// All buffers of one experiment in one mapping, 2 MiB aligned. Allocation touches nothing, so that the caller can bind
/// the memory first; a replay without row copies never touches pool and slab.
class Workspace {
public:
    /// Requests huge pages (madvise). Error: usage for N = 0, N > max_pool_rows or S = 0; not_possible with the errno
    /// if the kernel refuses the mapping. `alignment` is a power of two, at least the size of a huge page.
    static Result<Workspace> allocate(const WorkspaceSpec& spec, std::uint64_t alignment = std::uint64_t{2} << 20);
    /// Uses `region`, of arena_bytes(spec) untouched bytes. Error: usage, as in allocate().
    static Result<Workspace> in(const WorkspaceSpec& spec, MappedRegion region);

    const WorkspaceSpec& spec() const { return spec_; }
    const std::vector<BufferRange>& ranges() const { return ranges_; }
    std::byte* base() const { return region_.data(); }
    std::uint64_t bytes() const { return region_.size(); }

    std::byte* pool_row(std::uint32_t group, std::uint32_t id) const;
    std::byte* slab_row(std::uint32_t group, std::uint32_t slot) const;
    std::span<std::uint64_t> masks() const;
    std::uint64_t* mask(std::uint32_t step) const; ///< 0: the initial set
    std::span<std::uint32_t> index() const;        ///< 2 slab_rows entries
    std::span<RowPair> pairs() const;              ///< the same bytes as index(), as oracle's pairs
    std::span<std::uint32_t> slot_of() const;      ///< N entries; undefined for inactive ids
    std::span<std::uint32_t> id_at() const;        ///< slab_rows entries; the first m describe the slab's rows

    /// First touch, by the calling thread, at memory speed. Fills the pool with seeded data in which no 8-byte word is
    /// zero (hardware elides write-backs of zeros), and slab, lists, tables and masks with non-zero filler. Call it
    /// before the masks are generated. Pool rows of at least 8 bytes differ from each other.
    void touch(std::uint64_t seed);

private:
    const BufferRange& range(Buffer buffer, std::uint32_t group) const;

    WorkspaceSpec spec_;
    std::vector<BufferRange> ranges_;
    MappedRegion region_;
};

} // namespace bytebound
