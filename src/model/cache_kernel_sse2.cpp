#if defined(__x86_64__)

#include <emmintrin.h>

#define BYTEBOUND_TARGET
#define BYTEBOUND_INLINE inline __attribute__((always_inline))
#include "model/cache_runs.hpp"

namespace bytebound {

namespace {

struct Vector {
    static constexpr std::size_t unit = 4;

    static BYTEBOUND_INLINE __m128i splat(std::uint32_t word) { return _mm_set1_epi32(static_cast<int>(word)); }

    static BYTEBOUND_INLINE __m128i* vector_at(std::uint32_t* words) { return reinterpret_cast<__m128i*>(words); }

    static BYTEBOUND_INLINE std::uint32_t equal_lanes(std::uint32_t* words, __m128i quotient) {
        const __m128i mask = _mm_set1_epi32(static_cast<int>(word_quotient_mask));
        const __m128i equal = _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(vector_at(words)), mask), quotient);
        return static_cast<std::uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(equal)));
    }

    static BYTEBOUND_INLINE std::uint32_t equal_words(std::uint32_t* set, std::size_t stride, __m128i quotient) {
        std::uint32_t equal = equal_lanes(set, quotient);
        if (stride >= 8) equal |= equal_lanes(set + 4, quotient) << 4;
        if (stride == 16) equal |= equal_lanes(set + 8, quotient) << 8 | equal_lanes(set + 12, quotient) << 12;
        return equal;
    }

    /// `shifted` in the lanes of the vector at `base` whose position is at most `position`, else `old`.
    static BYTEBOUND_INLINE __m128i blend(__m128i old, __m128i shifted, std::uint32_t position, std::size_t base) {
        const __m128i lanes = _mm_setr_epi32(0, 1, 2, 3);
        const __m128i moved =
            _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(position) + 1 - static_cast<int>(base)), lanes);
        return _mm_or_si128(_mm_and_si128(moved, shifted), _mm_andnot_si128(moved, old));
    }

    static BYTEBOUND_INLINE void move_to_front(std::uint32_t* set, std::size_t stride, std::uint32_t position,
                                               std::uint32_t word) {
        // Descending, so that a word is read before it is overwritten. A known stride makes the loop branchless.
        const std::size_t top = stride <= 16 ? stride - 4 : position / 4 * 4;
#pragma GCC unroll 3
        for (std::size_t base = top; base != 0; base -= 4) {
            const __m128i old = _mm_load_si128(vector_at(set + base));
            const __m128i shifted = _mm_loadu_si128(vector_at(set + base - 1));
            _mm_store_si128(vector_at(set + base), blend(old, shifted, position, base));
        }
        // The first vector is shifted in a register: an unaligned load across the previous set, just written, would
        // stall on store forwarding.
        const __m128i first = _mm_load_si128(vector_at(set));
        const __m128i shifted = _mm_or_si128(_mm_slli_si128(first, 4), _mm_cvtsi32_si128(static_cast<int>(word)));
        _mm_store_si128(vector_at(set), blend(first, shifted, position, 0));
    }
};

} // namespace

constinit const CacheKernel kernels::sse2 = CacheRuns<Vector>::kernel("sse2", [] { return true; });

} // namespace bytebound

#endif
