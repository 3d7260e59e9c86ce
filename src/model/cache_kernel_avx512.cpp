#if defined(__x86_64__)

#include <immintrin.h>

#include "model/cache_kernel.hpp"

// Every function that uses the ISA carries it as an attribute: the file itself is compiled for the baseline.
#define BYTEBOUND_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,bmi")))
#define BYTEBOUND_INLINE BYTEBOUND_TARGET inline __attribute__((always_inline))

namespace bytebound {

namespace {

/// Position of the line in its set, or `ways` - 1 with `miss`.
struct Found {
    std::uint32_t position;
    bool miss;
};

BYTEBOUND_INLINE Found find(const std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word) {
    const __m512i quotient = _mm512_set1_epi32(static_cast<int>(word & word_quotient_mask));
    const __m512i mask = _mm512_set1_epi32(static_cast<int>(word_quotient_mask));
    for (std::size_t base = 0; base < stride; base += 16) {
        const __m512i words = _mm512_load_si512(set + base);
        const std::uint32_t equal = _mm512_cmpeq_epi32_mask(_mm512_and_si512(words, mask), quotient);
        if (stride == 16) // no branch on hit or miss: rows that are half evicted would mispredict it
            return {_tzcnt_u32(equal | (std::uint32_t{1} << (ways - 1))), equal == 0};
        if (equal != 0) return {static_cast<std::uint32_t>(base) + _tzcnt_u32(equal), false};
    }
    return {ways - 1, true};
}

BYTEBOUND_INLINE void move_to_front(std::uint32_t* set, std::uint32_t position, std::uint32_t word) {
    const __m512i rotate = _mm512_setr_epi32(15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    // Above the first vector a word's predecessor is read from memory, from the top down. The first vector shifts in a
    // register: reading across the previous set, just written, would stall on store forwarding.
    for (std::size_t base = position / 16 * 16; base != 0; base -= 16) {
        const std::uint32_t top = position - static_cast<std::uint32_t>(base);
        const auto moved = static_cast<__mmask16>(top >= 15 ? 0xffffu : (2u << top) - 1);
        _mm512_mask_store_epi32(set + base, moved, _mm512_loadu_si512(set + base - 1));
    }
    const auto moved = static_cast<__mmask16>(position >= 15 ? 0xffffu : (2u << position) - 1);
    __m512i words = _mm512_load_si512(set);
    words = _mm512_mask_permutexvar_epi32(words, moved, rotate, words);
    _mm512_store_si512(set, _mm512_mask_set1_epi32(words, 1, static_cast<int>(word)));
}

BYTEBOUND_INLINE void touch(std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word,
                            RunCounts& counts) {
    const Found found = find(set, stride, ways, word);
    const std::uint32_t there = set[found.position];
    counts.misses += found.miss;
    counts.evicted[there & 0xf] += found.miss;
    move_to_front(set, found.position, found.miss ? word : there | (word & word_dirty));
}

template <std::size_t fixed_stride>
BYTEBOUND_TARGET void touch_sets(std::uint32_t* set, std::size_t any_stride, std::uint32_t ways, std::uint32_t word,
                                 std::size_t lines, RunCounts& counts) {
    const std::size_t stride = fixed_stride != 0 ? fixed_stride : any_stride;
    for (; lines != 0; --lines, set += stride) {
        __builtin_prefetch(set + prefetch_sets * stride, 1);
        touch(set, stride, ways, word, counts);
    }
}

template <std::size_t fixed_stride>
BYTEBOUND_TARGET void copy_sets(std::uint32_t* from, std::uint32_t from_word, std::uint32_t* to, std::uint32_t to_word,
                                std::size_t any_stride, std::uint32_t ways, std::size_t lines, RunCounts& from_counts,
                                RunCounts& to_counts) {
    const std::size_t stride = fixed_stride != 0 ? fixed_stride : any_stride;
    for (; lines != 0; --lines, from += stride, to += stride) {
        __builtin_prefetch(from + prefetch_sets * stride, 1);
        __builtin_prefetch(to + prefetch_sets * stride, 1);
        touch(from, stride, ways, from_word, from_counts);
        touch(to, stride, ways, to_word, to_counts);
    }
}

void touch_run(std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word, std::size_t lines,
               RunCounts& counts) noexcept {
    if (stride == 16) return touch_sets<16>(set, stride, ways, word, lines, counts);
    touch_sets<0>(set, stride, ways, word, lines, counts);
}

void copy_run(std::uint32_t* from, std::uint32_t from_word, std::uint32_t* to, std::uint32_t to_word,
              std::size_t stride, std::uint32_t ways, std::size_t lines, RunCounts& from_counts,
              RunCounts& to_counts) noexcept {
    if (stride == 16) return copy_sets<16>(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
    copy_sets<0>(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
}

bool runs_here() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi");
}

} // namespace

const CacheKernel kernels::avx512{"avx512", 16, runs_here, touch_run, copy_run};

} // namespace bytebound

#endif
