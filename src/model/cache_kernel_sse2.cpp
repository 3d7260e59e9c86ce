#if defined(__x86_64__)

#include <emmintrin.h>

#include <bit>

#include "model/cache_kernel.hpp"

#define BYTEBOUND_INLINE inline __attribute__((always_inline))

namespace bytebound {

namespace {

BYTEBOUND_INLINE __m128i* vector_at(std::uint32_t* words) { return reinterpret_cast<__m128i*>(words); }

BYTEBOUND_INLINE std::uint32_t equal_lanes(std::uint32_t* words, __m128i quotient) {
    const __m128i mask = _mm_set1_epi32(static_cast<int>(word_quotient_mask));
    const __m128i equal = _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(vector_at(words)), mask), quotient);
    return static_cast<std::uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(equal)));
}

/// Position of the line in its set; `ways` on a miss.
BYTEBOUND_INLINE std::uint32_t find(std::uint32_t* set, std::size_t stride, std::uint32_t ways, __m128i quotient) {
    for (std::uint32_t base = 0; base < stride; base += 4)
        if (const std::uint32_t equal = equal_lanes(set + base, quotient); equal != 0)
            return base + static_cast<std::uint32_t>(std::countr_zero(equal));
    return ways;
}

/// `shifted` in the lanes of the vector at `base` whose position is at most `position`, else `old`.
BYTEBOUND_INLINE __m128i blend(__m128i old, __m128i shifted, std::uint32_t position, std::size_t base) {
    const __m128i lanes = _mm_setr_epi32(0, 1, 2, 3);
    const __m128i moved =
        _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(position) + 1 - static_cast<int>(base)), lanes);
    return _mm_or_si128(_mm_and_si128(moved, shifted), _mm_andnot_si128(moved, old));
}

BYTEBOUND_INLINE void move_to_front(std::uint32_t* set, std::size_t stride, std::uint32_t position,
                                    std::uint32_t word) {
    // Descending, so that a word is read before it is overwritten. A known stride makes the loop branchless.
    const std::size_t top = stride <= 16 ? stride - 4 : position / 4 * 4;
#pragma GCC unroll 3
    for (std::size_t base = top; base != 0; base -= 4) {
        const __m128i old = _mm_load_si128(vector_at(set + base));
        const __m128i shifted = _mm_loadu_si128(vector_at(set + base - 1));
        _mm_store_si128(vector_at(set + base), blend(old, shifted, position, base));
    }
    // The first vector is shifted in a register: an unaligned load across the previous set, just written, would stall
    // on store forwarding.
    const __m128i first = _mm_load_si128(vector_at(set));
    const __m128i shifted = _mm_or_si128(_mm_slli_si128(first, 4), _mm_cvtsi32_si128(static_cast<int>(word)));
    _mm_store_si128(vector_at(set), blend(first, shifted, position, 0));
}

BYTEBOUND_INLINE void touch(std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word,
                            RunCounts& counts) {
    const auto quotient = _mm_set1_epi32(static_cast<int>(word & word_quotient_mask));
    std::uint32_t position;
    bool miss;
    if (stride <= 16) { // no branch on hit or miss, which half-evicted rows would mispredict
        std::uint32_t equal = equal_lanes(set, quotient);
        if (stride >= 8) equal |= equal_lanes(set + 4, quotient) << 4;
        if (stride == 16) equal |= equal_lanes(set + 8, quotient) << 8 | equal_lanes(set + 12, quotient) << 12;
        const std::uint32_t last = std::uint32_t{1} << (ways - 1);
        position = static_cast<std::uint32_t>(std::countr_zero(equal | last));
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
void touch_sets(std::uint32_t* set, std::size_t any_stride, std::uint32_t ways, std::uint32_t word, std::size_t lines,
                RunCounts& counts) {
    const std::size_t stride = fixed_stride != 0 ? fixed_stride : any_stride;
    for (; lines != 0; --lines, set += stride) {
        __builtin_prefetch(set + prefetch_sets * stride, 1);
        touch(set, stride, ways, word, counts);
    }
}

template <std::size_t fixed_stride>
void copy_sets(std::uint32_t* from, std::uint32_t from_word, std::uint32_t* to, std::uint32_t to_word,
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
    if (stride == 8) return touch_sets<8>(set, stride, ways, word, lines, counts);
    if (stride == 4) return touch_sets<4>(set, stride, ways, word, lines, counts);
    touch_sets<0>(set, stride, ways, word, lines, counts);
}

void copy_run(std::uint32_t* from, std::uint32_t from_word, std::uint32_t* to, std::uint32_t to_word,
              std::size_t stride, std::uint32_t ways, std::size_t lines, RunCounts& from_counts,
              RunCounts& to_counts) noexcept {
    if (stride == 16) return copy_sets<16>(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
    if (stride == 8) return copy_sets<8>(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
    if (stride == 4) return copy_sets<4>(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
    copy_sets<0>(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
}

} // namespace

const CacheKernel kernels::sse2{"sse2", 4, [] { return true; }, touch_run, copy_run};

} // namespace bytebound

#endif
