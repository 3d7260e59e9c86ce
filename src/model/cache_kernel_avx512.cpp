#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>

// Functions enable the ISA by attribute, because the file is compiled for the baseline.
#define BYTEBOUND_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,bmi")))
#define BYTEBOUND_INLINE BYTEBOUND_TARGET inline __attribute__((always_inline))
#include "model/cache_runs.hpp"

namespace bytebound {

namespace {

struct Vector {
    static constexpr std::size_t unit = 16;

    static BYTEBOUND_INLINE __m512i splat(std::uint32_t word) { return _mm512_set1_epi32(static_cast<int>(word)); }

    static BYTEBOUND_INLINE std::uint32_t equal_lanes(const std::uint32_t* words, __m512i quotient) {
        const __m512i mask = _mm512_set1_epi32(static_cast<int>(word_quotient_mask));
        return _mm512_cmpeq_epi32_mask(_mm512_and_si512(_mm512_load_si512(words), mask), quotient);
    }

    static BYTEBOUND_INLINE std::uint32_t equal_words(const std::uint32_t* set, std::size_t, __m512i quotient) {
        return equal_lanes(set, quotient);
    }

    /// Mask of lanes 0 to `last`.
    static BYTEBOUND_INLINE __mmask16 lanes_to(std::uint32_t last) { return static_cast<__mmask16>((2u << last) - 1); }

    static BYTEBOUND_INLINE void move_to_front(std::uint32_t* set, std::size_t stride, std::uint32_t position,
                                               std::uint32_t word) {
        // Above the first vector, a word's predecessor is read from memory, in descending order. The first vector is
        // shifted in a register: an unaligned load across the previous set, just written, would stall on store
        // forwarding.
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
};

bool runs_here() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi");
}

} // namespace

constinit const CacheKernel kernels::avx512 = CacheRuns<Vector>::kernel("avx512", runs_here);

} // namespace bytebound

#endif
