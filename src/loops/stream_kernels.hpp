#pragma once
// Kernels that move memory as fast as this CPU can, to measure ceilings. Each moves a known number of bytes and touches
// each byte once.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "loops/copy_method.hpp"

namespace bytebound {

/// Buffer sizes are multiples of this; buffers are aligned to a cache line.
inline constexpr std::size_t stream_chunk_bytes = 256;
inline constexpr std::size_t stream_alignment = 64;

/// The kernels of one vector width. All stores except those of the nt kernels are ordinary, never a library's memcpy or
/// memset, whose large forms bypass the caches.
struct StreamFunctions {
    std::string_view isa; ///< "portable", "sse2", "avx2", "avx512"
    /// Exclusive or of all 64-bit words, which would differ if a load were omitted.
    std::uint64_t (*read)(const std::byte* from, std::size_t bytes) noexcept;
    void (*write)(std::byte* to, std::size_t bytes, std::uint64_t word) noexcept;
    void (*copy)(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;
    /// Non-temporal stores, with a fence at the end; null if the ISA has no stores that certainly bypass the caches.
    void (*nt_write)(std::byte* to, std::size_t bytes, std::uint64_t word) noexcept;
    void (*nt_copy)(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;
};

/// The kernels that this CPU can run, narrowest first; never empty.
std::span<const StreamFunctions> stream_functions();
/// The widest of them.
const StreamFunctions& widest_stream_functions();
/// Why there are no kernels with non-temporal stores; empty if there are.
std::string_view why_no_nt_kernels();

/// One row copy: source and destination row.
struct RowMove {
    std::uint32_t from = 0, to = 0;
    bool operator==(const RowMove&) const = default;
};
/// Every row once as source and once as destination, in two independent random orders. Seeded: equal on every machine.
std::vector<RowMove> random_row_moves(std::uint32_t rows, std::uint64_t seed);
/// Row i to row i, for i = 0, 1, ...
std::vector<RowMove> ascending_row_moves(std::uint32_t rows);
/// Copies whole rows between two buffers as the update loops do; stores of `nt` are fenced at the end.
void copy_rows(std::byte* to, const std::byte* from, std::size_t row_bytes, std::span<const RowMove> moves,
               CopyMethod method) noexcept;

} // namespace bytebound
