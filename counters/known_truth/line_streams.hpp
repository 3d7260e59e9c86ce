#pragma once
// Streams whose traffic at the memory controller is known: each line is touched once, and no cache holds any of the
// memory before or after.

#include <cstddef>
#include <cstdint>
#include <span>

namespace bytebound::known_truth {

/// Streams work on whole chunks of this many bytes, which is the cache line of most machines.
inline constexpr std::size_t chunk_bytes = 64;

/// Whether user code can evict lines from every cache (x86-64: clflush; arm64: dc civac, which Linux allows).
bool can_flush_lines() noexcept;
/// Whether stores can bypass the caches without reading the line first (x86-64: movnti). arm64's stnp is only a hint.
constexpr bool has_nontemporal_stores() {
#if defined(__x86_64__)
    return true;
#else
    return false;
#endif
}

/// Writes back and invalidates every line of `memory`, and waits for completion. Does nothing if can_flush_lines() is
/// false.
void flush_lines(std::span<const std::byte> memory) noexcept;

/// Loads one word of every line of `line_bytes` and returns their sum. Reads memory.size() bytes from memory.
std::uint64_t read_stream(std::span<const std::byte> memory, std::size_t line_bytes) noexcept;
/// Stores `value` (not 0: hardware elides write-backs of zeros) into every 8-byte word. Followed by flush_lines(), it
/// writes memory.size() bytes to memory and first reads up to as many (write-allocate).
void store_stream(std::span<std::byte> memory, std::uint64_t value) noexcept;
/// The same with non-temporal stores, which read nothing first. Does nothing if has_nontemporal_stores() is false.
void nontemporal_store_stream(std::span<std::byte> memory, std::uint64_t value) noexcept;
/// Copies with ordinary loads and stores. `to` is as large as `from`.
void copy_stream(std::span<std::byte> to, std::span<const std::byte> from) noexcept;

} // namespace bytebound::known_truth
