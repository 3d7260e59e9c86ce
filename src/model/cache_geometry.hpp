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

/// Lines of 8 to 4096 bytes, in powers of two: a word of a mask fits, and no line contains parts of two buffers.
bool is_line_length(std::uint64_t bytes);
/// Error (usage): size 0 or above 16 GiB, 0 ways or more than 65536, an impossible line, or a size that is not
/// divisible by line * ways.
Result<void> check(const CacheGeometry& geometry);
/// SIZE:WAYS[:LINE]. "32MiB:16:128" gives a checked geometry; without LINE, line_bytes is 0, and a size that the line
/// will have to divide is not checked. Error (usage).
Result<CacheGeometry> parse_geometry(std::string_view text);

} // namespace bytebound
