#include "loops/workspace.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "base/random.hpp"
#include "workload/changes.hpp"

namespace bytebound {

namespace {

constexpr std::uint64_t buffer_alignment = 4096;
constexpr std::uint64_t line = 64;

std::uint64_t round_up(std::uint64_t value, std::uint64_t to) { return (value + to - 1) / to * to; }

/// Offset of id_at after slot_of in the meta buffer.
std::uint64_t id_at_offset(std::uint32_t pool_rows) {
    return round_up(pool_rows * std::uint64_t{sizeof(std::uint32_t)}, line);
}

/// A Weyl sequence, mixed by a bijection: all words of the buffer differ, and the loop vectorises.
void fill_words(std::byte* to, std::uint64_t bytes, std::uint64_t start) {
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15u;
    auto* words = reinterpret_cast<std::uint64_t*>(to);
    const std::uint64_t count = bytes / 8;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t x = start + i * odd;
        const std::uint64_t folded = x ^ (x >> 32);
        words[i] = folded + (folded == 0 ? 1 : 0);
    }
    const std::uint64_t last = ~start | 1;
    std::memcpy(to + count * 8, &last, bytes % 8);
}

} // namespace

std::string_view name_of(Buffer buffer) {
    constexpr std::array<std::string_view, buffer_count> names{"pool", "slab", "mask", "index", "meta"};
    return names[static_cast<std::size_t>(buffer)];
}

std::vector<BufferRange> arena_layout(const WorkspaceSpec& spec) {
    std::vector<BufferRange> ranges;
    std::uint64_t next = 0;
    const auto add = [&](Buffer buffer, std::uint32_t group, std::string name, std::uint64_t bytes) {
        ranges.push_back({buffer, group, std::move(name), next, bytes});
        next = round_up(next + bytes, buffer_alignment);
    };
    constexpr std::uint64_t entry = sizeof(std::uint32_t);
    const std::uint64_t slab_rows = spec.slab_rows;
    for (const Buffer buffer : {Buffer::pool, Buffer::slab}) {
        const std::uint64_t rows = buffer == Buffer::pool ? spec.pool_rows : slab_rows;
        for (std::uint32_t g = 0; g < spec.layout.groups.size(); ++g) {
            const auto& group = spec.layout.groups[g];
            add(buffer, g, std::string(name_of(buffer)) + "." + group.name, rows * group.row_bytes);
        }
    }
    add(Buffer::index, 0, "index", std::max(2 * slab_rows * entry, spec.oracle_pairs * sizeof(RowPair)));
    add(Buffer::meta, 0, "meta", id_at_offset(spec.pool_rows) + slab_rows * entry);
    add(Buffer::mask, 0, "mask", spec.mask_count * mask_words(spec.pool_rows) * sizeof(std::uint64_t));
    return ranges;
}

std::uint64_t arena_bytes(const WorkspaceSpec& spec) {
    const auto ranges = arena_layout(spec);
    return round_up(ranges.back().offset + ranges.back().bytes, buffer_alignment);
}

namespace {

Result<void> check_spec(const WorkspaceSpec& spec) {
    if (spec.pool_rows == 0 || spec.pool_rows > max_pool_rows) {
        return fail({ExitCode::usage, "allocate", "--N " + std::to_string(spec.pool_rows),
                     "the pool has no rows, or more rows than 32-bit slot numbers allow",
                     "choose N between 1 and " + std::to_string(max_pool_rows), 0});
    }
    if (spec.layout.row_bytes() == 0) {
        return fail({ExitCode::usage, "allocate", "rows", "a row has 0 bytes",
                     "give --up-cols, --hidden-dim or --gate-cols a width above 0", 0});
    }
    return {};
}

} // namespace

Result<Workspace> Workspace::in(const WorkspaceSpec& spec, MappedRegion region) {
    TRY(check_spec(spec));
    assert(region.size() >= arena_bytes(spec));
    Workspace workspace;
    workspace.spec_ = spec;
    workspace.ranges_ = arena_layout(spec);
    workspace.region_ = std::move(region);
    return workspace;
}

Result<Workspace> Workspace::allocate(const WorkspaceSpec& spec, std::uint64_t alignment) {
    TRY(check_spec(spec));
    auto region = TRY(MappedRegion::anonymous(arena_bytes(spec), alignment));
    // A hint only: reports use the number of bytes on huge pages from smaps.
    ::madvise(region.data(), region.size(), MADV_HUGEPAGE);
    return in(spec, std::move(region));
}

const BufferRange& Workspace::range(Buffer buffer, std::uint32_t group) const {
    const auto found = std::find_if(ranges_.begin(), ranges_.end(),
                                    [&](const BufferRange& r) { return r.buffer == buffer && r.group == group; });
    assert(found != ranges_.end());
    return *found;
}

std::byte* Workspace::pool_row(std::uint32_t group, std::uint32_t id) const {
    return base() + range(Buffer::pool, group).offset + id * spec_.layout.groups[group].row_bytes;
}

std::byte* Workspace::slab_row(std::uint32_t group, std::uint32_t slot) const {
    return base() + range(Buffer::slab, group).offset + slot * spec_.layout.groups[group].row_bytes;
}

std::span<std::uint64_t> Workspace::masks() const { return {mask(0), spec_.mask_count * mask_words(spec_.pool_rows)}; }

std::uint64_t* Workspace::mask(std::uint32_t step) const {
    return reinterpret_cast<std::uint64_t*>(base() + range(Buffer::mask, 0).offset) +
           step * mask_words(spec_.pool_rows);
}

std::span<std::uint32_t> Workspace::index() const {
    return {reinterpret_cast<std::uint32_t*>(base() + range(Buffer::index, 0).offset),
            2 * std::size_t{spec_.slab_rows}};
}

std::span<RowPair> Workspace::pairs() const {
    return {reinterpret_cast<RowPair*>(base() + range(Buffer::index, 0).offset), spec_.oracle_pairs};
}

std::span<std::uint32_t> Workspace::slot_of() const {
    return {reinterpret_cast<std::uint32_t*>(base() + range(Buffer::meta, 0).offset), spec_.pool_rows};
}

std::span<std::uint32_t> Workspace::id_at() const {
    const std::uint64_t offset = range(Buffer::meta, 0).offset + id_at_offset(spec_.pool_rows);
    return {reinterpret_cast<std::uint32_t*>(base() + offset), spec_.slab_rows};
}

void Workspace::touch(std::uint64_t seed) {
    std::uint64_t state = seed;
    for (const auto& range : ranges_) {
        if (range.buffer == Buffer::pool) {
            fill_words(base() + range.offset, range.bytes, splitmix64(state));
        } else {
            std::memset(base() + range.offset, 0xa5, range.bytes);
        }
    }
}

} // namespace bytebound
