#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "loops/workspace.hpp"

namespace bytebound {

/// Geometry of a set-associative cache. Any number of sets (not only powers of two).
struct CacheGeometry {
    std::uint64_t size_bytes = 0;
    std::uint32_t ways = 0;
    std::uint32_t line_bytes = 64;
    std::uint64_t sets() const { return size_bytes / (std::uint64_t{ways} * line_bytes); }
    bool operator==(const CacheGeometry&) const = default;
};

/// Error (usage): 0 ways, a line that is not a power of two, a size not divisible by line * ways.
Result<void> check(const CacheGeometry& geometry);
/// "32MiB:16" -> geometry with 64-byte lines. Error (usage).
Result<CacheGeometry> parse_geometry(std::string_view text);

/// Lines that crossed the cache's lower side: fetched for, and written back of, each buffer.
struct LineCounts {
    std::array<std::uint64_t, buffer_count> fetched{};
    std::array<std::uint64_t, buffer_count> written_back{};
    std::uint64_t fetched_total() const;
    std::uint64_t written_back_total() const;
    bool operator==(const LineCounts&) const = default;
};

/// A last-level cache: LRU, write-allocate, write-back, attributing every line to the buffer that owns its address.
/// Single-threaded; starts empty. Private levels do not change the line counts of row copies below them (measured
/// against callgrind: within 0.01 %), so they are not modelled.
class CacheSim {
public:
    explicit CacheSim(const CacheGeometry& geometry);
    void load(Buffer buffer, std::uint64_t line);
    void store(Buffer buffer, std::uint64_t line);
    /// Lines [from, from + lines) loaded and [to, to + lines) stored, alternating: load from+i, store to+i.
    void copy(Buffer from_buffer, std::uint64_t from, Buffer to_buffer, std::uint64_t to, std::uint64_t lines);
    /// Everything is evicted: dirty lines are counted as written back, the cache is empty afterwards.
    void evict_all();
    const LineCounts& counts() const;
    /// Dirty lines now in the cache.
    std::uint64_t dirty_lines() const;

private:
    // owner of src/model decides
};

} // namespace bytebound
