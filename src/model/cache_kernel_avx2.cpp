#if defined(__x86_64__)

#include <immintrin.h>

#include "model/cache_kernel.hpp"

// Functions enable the ISA by attribute, because the file is compiled for the baseline.
#define BYTEBOUND_TARGET __attribute__((target("avx2,bmi")))
#define BYTEBOUND_INLINE BYTEBOUND_TARGET inline __attribute__((always_inline))

namespace bytebound {

namespace {

BYTEBOUND_INLINE __m256i* vector_at(std::uint32_t* words) { return reinterpret_cast<__m256i*>(words); }

BYTEBOUND_INLINE std::uint32_t equal_lanes(std::uint32_t* words, __m256i quotient) {
    const __m256i mask = _mm256_set1_epi32(static_cast<int>(word_quotient_mask));
    const __m256i equal = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_load_si256(vector_at(words)), mask), quotient);
    return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(equal)));
}

/// Position of the line in its set; `ways` on a miss.
BYTEBOUND_INLINE std::uint32_t find(std::uint32_t* set, std::size_t stride, std::uint32_t ways, __m256i quotient) {
    for (std::uint32_t base = 0; base < stride; base += 8)
        if (const std::uint32_t equal = equal_lanes(set + base, quotient); equal != 0) return base + _tzcnt_u32(equal);
    return ways;
}

/// Mask of the lanes of the vector at `base` whose position is at most `position`.
BYTEBOUND_INLINE __m256i moved_lanes(std::uint32_t position, std::size_t base) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(position) + 1 - static_cast<int>(base)), lanes);
}

BYTEBOUND_INLINE void move_to_front(std::uint32_t* set, std::size_t stride, std::uint32_t position,
                                    std::uint32_t word) {
    const __m256i rotate = _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6);
    const __m256i first = _mm256_load_si256(vector_at(set));
    const __m256i first_rotated = _mm256_permutevar8x32_epi32(first, rotate);
    if (stride == 16) {
        const __m256i second = _mm256_load_si256(vector_at(set + 8));
        const __m256i shifted = _mm256_blend_epi32(_mm256_permutevar8x32_epi32(second, rotate), first_rotated, 1);
        _mm256_store_si256(vector_at(set + 8), _mm256_blendv_epi8(second, shifted, moved_lanes(position, 8)));
    } else {
        // Descending, so that a word is read before it is overwritten.
        for (std::size_t base = position / 8 * 8; base != 0; base -= 8) {
            const __m256i old = _mm256_load_si256(vector_at(set + base));
            const __m256i shifted = _mm256_loadu_si256(vector_at(set + base - 1));
            _mm256_store_si256(vector_at(set + base), _mm256_blendv_epi8(old, shifted, moved_lanes(position, base)));
        }
    }
    // The first vector is shifted in a register: an unaligned load across the previous set, just written, would stall
    // on store forwarding.
    const __m256i inserted =
        _mm256_blend_epi32(first_rotated, _mm256_castsi128_si256(_mm_cvtsi32_si128(static_cast<int>(word))), 1);
    _mm256_store_si256(vector_at(set), _mm256_blendv_epi8(first, inserted, moved_lanes(position, 0)));
}

BYTEBOUND_INLINE void touch(std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word,
                            RunCounts& counts) {
    const auto quotient = _mm256_set1_epi32(static_cast<int>(word & word_quotient_mask));
    std::uint32_t position;
    bool miss;
    if (stride <= 16) { // no branch on hit or miss, which half-evicted rows would mispredict
        std::uint32_t equal = equal_lanes(set, quotient);
        if (stride == 16) equal |= equal_lanes(set + 8, quotient) << 8;
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
    if (stride == 8) return touch_sets<8>(set, stride, ways, word, lines, counts);
    touch_sets<0>(set, stride, ways, word, lines, counts);
}

void copy_run(std::uint32_t* from, std::uint32_t from_word, std::uint32_t* to, std::uint32_t to_word,
              std::size_t stride, std::uint32_t ways, std::size_t lines, RunCounts& from_counts,
              RunCounts& to_counts) noexcept {
    if (stride == 16) return copy_sets<16>(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
    if (stride == 8) return copy_sets<8>(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
    copy_sets<0>(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
}

bool runs_here() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"); }

} // namespace

const CacheKernel kernels::avx2{"avx2", 8, runs_here, touch_run, copy_run};

} // namespace bytebound

#endif
