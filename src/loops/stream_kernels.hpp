#pragma once
// Kernels that move memory as fast as this CPU can: what a ceiling is measured with. Each moves a known number of bytes
// and touches each of them once.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "loops/copy_method.hpp"

namespace bytebound {

/// Buffers are whole multiples of it and aligned to a line.
inline constexpr std::size_t stream_chunk_bytes = 256;
inline constexpr std::size_t stream_alignment = 64;

/// The kernels of one vector width. All stores but those of the nt kernels are ordinary ones, never a library's memcpy
/// or memset, whose large forms go past the caches.
struct StreamFunctions {
    std::string_view isa; ///< "portable", "sse2", "avx2", "avx512"
    /// Exclusive or of all 64-bit words: a load that was left out shows.
    std::uint64_t (*read)(const std::byte* from, std::size_t bytes) noexcept;
    void (*write)(std::byte* to, std::size_t bytes, std::uint64_t word) noexcept;
    void (*copy)(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;
    /// Non-temporal stores, settled by a fence at the end; null where the ISA has none that surely bypass the caches.
    void (*nt_write)(std::byte* to, std::size_t bytes, std::uint64_t word) noexcept;
    void (*nt_copy)(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;
};

/// Those that this CPU can run, narrowest first; never empty.
std::span<const StreamFunctions> stream_functions();
/// The widest of them.
const StreamFunctions& widest_stream_functions();
/// Why there are no kernels with non-temporal stores; empty when there are.
std::string_view why_no_nt_kernels();

/// Which row is copied to which place.
struct RowMove {
    std::uint32_t from = 0, to = 0;
    bool operator==(const RowMove&) const = default;
};
/// Every row once as source and once as destination, both in an order of their own. Seeded: equal on every machine.
std::vector<RowMove> random_row_moves(std::uint32_t rows, std::uint64_t seed);
/// Copies whole rows between two buffers as the update loops do; stores of `nt` are settled at the end.
void copy_rows(std::byte* to, const std::byte* from, std::size_t row_bytes, std::span<const RowMove> moves,
               CopyMethod method) noexcept;

} // namespace bytebound
