#if defined(__x86_64__)

#include <immintrin.h>

// Functions enable the ISA by attribute, because the file is compiled for the baseline.
#define BYTEBOUND_TARGET __attribute__((target("avx2,bmi")))
#define BYTEBOUND_INLINE BYTEBOUND_TARGET inline __attribute__((always_inline))
#include "model/cache_runs.hpp"

namespace bytebound {

namespace {

struct Vector {
    static constexpr std::size_t unit = 8;

    static BYTEBOUND_INLINE __m256i splat(std::uint32_t word) { return _mm256_set1_epi32(static_cast<int>(word)); }

    static BYTEBOUND_INLINE __m256i* vector_at(std::uint32_t* words) { return reinterpret_cast<__m256i*>(words); }

    static BYTEBOUND_INLINE std::uint32_t equal_lanes(std::uint32_t* words, __m256i quotient) {
        const __m256i mask = _mm256_set1_epi32(static_cast<int>(word_quotient_mask));
        const __m256i equal = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_load_si256(vector_at(words)), mask), quotient);
        return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(equal)));
    }

    static BYTEBOUND_INLINE std::uint32_t equal_words(std::uint32_t* set, std::size_t stride, __m256i quotient) {
        const std::uint32_t equal = equal_lanes(set, quotient);
        return stride == 16 ? equal | equal_lanes(set + 8, quotient) << 8 : equal;
    }

    /// Mask of the lanes of the vector at `base` whose position is at most `position`.
    static BYTEBOUND_INLINE __m256i moved_lanes(std::uint32_t position, std::size_t base) {
        const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(position) + 1 - static_cast<int>(base)), lanes);
    }

    static BYTEBOUND_INLINE void move_to_front(std::uint32_t* set, std::size_t stride, std::uint32_t position,
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
                _mm256_store_si256(vector_at(set + base),
                                   _mm256_blendv_epi8(old, shifted, moved_lanes(position, base)));
            }
        }
        // The first vector is shifted in a register: an unaligned load across the previous set, just written, would
        // stall on store forwarding.
        const __m256i inserted =
            _mm256_blend_epi32(first_rotated, _mm256_castsi128_si256(_mm_cvtsi32_si128(static_cast<int>(word))), 1);
        _mm256_store_si256(vector_at(set), _mm256_blendv_epi8(first, inserted, moved_lanes(position, 0)));
    }
};

bool runs_here() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"); }

} // namespace

constinit const CacheKernel kernels::avx2 = CacheRuns<Vector>::kernel("avx2", runs_here);

} // namespace bytebound

#endif
