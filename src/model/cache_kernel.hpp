#pragma once
// The inner loops of the cache simulator, one file per instruction set.
//
// One 32-bit word per line. The words of a set are in order of use, most recent first:
//   bits 31..4  quotient: line number / sets     bits 3..1  buffer     bit 0  dirty
// A reference finds its line at position p (on a miss, it uses the last position), moves the words before p up by one
// and puts the line in front. That is exact LRU without further state, and a 16-way set is one 64-byte line of the
// host's cache.

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>

namespace bytebound {

inline constexpr std::uint32_t word_dirty = 1;
inline constexpr unsigned word_buffer_shift = 1;
inline constexpr unsigned word_quotient_shift = 4;
inline constexpr std::uint32_t word_quotient_mask = ~std::uint32_t{0xf};
/// An empty way, or padding of the stride: clean, and different from every line because that quotient is never used.
inline constexpr std::uint32_t word_empty = word_quotient_mask;
inline constexpr std::uint32_t quotient_limit = word_empty >> word_quotient_shift;

/// Effect of a run of references: evicted words, indexed by their low four bits so that counting needs no branch. Every
/// miss evicts a word, possibly an empty one; odd indices are dirty lines.
struct RunCounts {
    std::array<std::uint64_t, 16> evicted{};
    std::uint64_t misses() const { return std::accumulate(evicted.begin(), evicted.end(), std::uint64_t{0}); }
};

/// `lines` references to consecutive sets, the first at `set`. `word` is the line's word when inserted: dirty for a
/// store. `stride` is the number of words per set; the first `ways` of them are used.
using TouchRun = void (*)(std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word,
                          std::size_t lines, RunCounts& counts) noexcept;
/// Loads from `from` and stores to `to`, alternating.
using CopyRun = void (*)(std::uint32_t* from, std::uint32_t from_word, std::uint32_t* to, std::uint32_t to_word,
                         std::size_t stride, std::uint32_t ways, std::size_t lines, RunCounts& from_counts,
                         RunCounts& to_counts) noexcept;

struct CacheKernel {
    std::string_view name;
    std::size_t stride_unit; ///< words per vector: strides are multiples of it
    bool (*runs_here)();
    TouchRun touch;
    CopyRun copy;
};

/// Words per set: a vector of 4 or 8 for few ways, one 64-byte line up to 16, else vectors of 8.
constexpr std::size_t set_stride(std::uint32_t ways) {
    return ways <= 4 ? 4 : ways <= 8 ? 8 : ways <= 16 ? 16 : (std::size_t{ways} + 7) / 8 * 8;
}

/// All kernels of this build, fastest first; the last one runs on every CPU.
std::span<const CacheKernel> cache_kernels();
/// The fastest kernel that runs on this CPU and fits the number of ways.
const CacheKernel& best_cache_kernel(std::uint32_t ways);

// Prefetch distance in sets: simulating 8 sets of two streams takes some 40 ns.
inline constexpr std::size_t prefetch_sets = 8;

namespace kernels {

extern const CacheKernel portable;
#if defined(__x86_64__)
extern const CacheKernel sse2, avx2, avx512;
#endif

} // namespace kernels

} // namespace bytebound
