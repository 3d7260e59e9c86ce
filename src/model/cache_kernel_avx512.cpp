#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>

#include "model/cache_kernel.hpp"

// Functions enable the ISA by attribute, because the file is compiled for the baseline.
#define BYTEBOUND_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,bmi")))
#define BYTEBOUND_INLINE BYTEBOUND_TARGET inline __attribute__((always_inline))

namespace bytebound {

namespace {

BYTEBOUND_INLINE std::uint32_t equal_lanes(const std::uint32_t* words, __m512i quotient) {
    const __m512i mask = _mm512_set1_epi32(static_cast<int>(word_quotient_mask));
    return _mm512_cmpeq_epi32_mask(_mm512_and_si512(_mm512_load_si512(words), mask), quotient);
}

/// Position of the line in its set; `ways` on a miss.
BYTEBOUND_INLINE std::uint32_t find(std::uint32_t* set, std::size_t stride, std::uint32_t ways, __m512i quotient) {
    for (std::uint32_t base = 0; base < stride; base += 16)
        if (const std::uint32_t equal = equal_lanes(set + base, quotient); equal != 0) return base + _tzcnt_u32(equal);
    return ways;
}

/// Mask of lanes 0 to `last`.
BYTEBOUND_INLINE __mmask16 lanes_to(std::uint32_t last) { return static_cast<__mmask16>((2u << last) - 1); }

BYTEBOUND_INLINE void move_to_front(std::uint32_t* set, std::size_t stride, std::uint32_t position,
                                    std::uint32_t word) {
    // Above the first vector, a word's predecessor is read from memory, in descending order. The first vector is
    // shifted in a register: an unaligned load across the previous set, just written, would stall on store forwarding.
    if (stride != 16) {
        for (std::uint32_t base = position & ~15u; base != 0; base -= 16)
            _mm512_mask_store_epi32(set + base, lanes_to(std::min(position - base, 15u)),
                                    _mm512_loadu_si512(set + base - 1));
        position = std::min(position, 15u);
    }
    const __m512i rotate = _mm512_setr_epi32(15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    const __m512i words = _mm512_load_si512(set);
    const __m512i moved = _mm512_mask_permutexvar_epi32(words, lanes_to(position), rotate, words);
    _mm512_store_si512(set, _mm512_mask_set1_epi32(moved, 1, static_cast<int>(word)));
}

BYTEBOUND_INLINE void touch(std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word,
                            RunCounts& counts) {
    const auto quotient = _mm512_set1_epi32(static_cast<int>(word & word_quotient_mask));
    std::uint32_t position;
    bool miss;
    if (stride <= 16) { // no branch on hit or miss, which half-evicted rows would mispredict
        const std::uint32_t equal = equal_lanes(set, quotient);
        const std::uint32_t last = std::uint32_t{1} << (ways - 1);
        position = _tzcnt_u32(equal | last);
        miss = equal == 0;
    } else {
        position = find(set, stride, ways, quotient);
        miss = position == ways;
        position -= miss;
    }
    const std::uint32_t there = set[position];
    counts.evicted[there & 0xf] += miss;
    move_to_front(set, stride, position, miss ? word : there | (word & word_dirty));
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
