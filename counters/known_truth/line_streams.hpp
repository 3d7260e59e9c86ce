#pragma once
// Streams over memory whose traffic at the memory controller is known: each line is touched once, and no cache holds
// any of it before or after.

#include <cstddef>
#include <cstdint>
#include <span>

namespace bytebound::known_truth {

/// Streams work on whole chunks of this many bytes: a cache line of most machines, a part of one elsewhere.
inline constexpr std::size_t chunk_bytes = 64;

/// Whether user code can push lines out of every cache (x86-64: clflush; arm64: dc civac, which Linux allows).
bool can_flush_lines() noexcept;
/// Whether stores can go past the caches without reading the line first (x86-64: movnti). arm64's stnp is a hint only.
constexpr bool has_nontemporal_stores() {
#if defined(__x86_64__)
    return true;
#else
    return false;
#endif
}

/// Writes back and invalidates every line of `memory`, and waits for it. Does nothing where can_flush_lines() is false.
void flush_lines(std::span<const std::byte> memory) noexcept;

/// Loads one word of every line of `line_bytes`; their sum. Moves memory.size() bytes out of memory.
std::uint64_t read_stream(std::span<const std::byte> memory, std::size_t line_bytes) noexcept;
/// Stores `value` (not 0: hardware elides write-backs of zeros) into every 8-byte word. With flush_lines() after it,
/// moves memory.size() bytes into memory, and up to as many out of it before (write-allocate).
void store_stream(std::span<std::byte> memory, std::uint64_t value) noexcept;
/// The same past the caches: nothing is read first. Does nothing where has_nontemporal_stores() is false.
void nontemporal_store_stream(std::span<std::byte> memory, std::uint64_t value) noexcept;
/// Copies with ordinary loads and stores. `to` is as large as `from`.
void copy_stream(std::span<std::byte> to, std::span<const std::byte> from) noexcept;

} // namespace bytebound::known_truth
