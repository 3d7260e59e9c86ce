#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"

namespace bytebound {

/// Geometry of a set-associative cache. Any number of sets (not only powers of two).
struct CacheGeometry {
    std::uint64_t size_bytes = 0;
    std::uint32_t ways = 0;
    std::uint32_t line_bytes = 64;
    std::uint64_t sets() const { return size_bytes / (std::uint64_t{ways} * line_bytes); }
    bool operator==(const CacheGeometry&) const = default;
};

/// Error (usage): size 0 or above 16 GiB, 0 ways or more than 65536, a line that is not a power of two, or a size that
/// is not divisible by line * ways.
Result<void> check(const CacheGeometry& geometry);
/// "32MiB:16" -> checked geometry with 64-byte lines. Error (usage).
Result<CacheGeometry> parse_geometry(std::string_view text);

} // namespace bytebound
