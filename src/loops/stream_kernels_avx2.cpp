#if defined(__x86_64__)

#include <immintrin.h>

#define BYTEBOUND_TARGET __attribute__((target("avx2")))
#include "loops/stream_loops.hpp"
#include "loops/stream_tables.hpp"

#define BYTEBOUND_INLINE BYTEBOUND_TARGET inline __attribute__((always_inline))

namespace bytebound {
namespace {

struct Vector {
    static constexpr std::size_t width = 32;
    static BYTEBOUND_INLINE __m256i splat(std::uint64_t word) {
        return _mm256_set1_epi64x(static_cast<long long>(word));
    }
    static BYTEBOUND_INLINE __m256i mix(__m256i a, __m256i b) { return _mm256_xor_si256(a, b); }
    static BYTEBOUND_INLINE __m256i load(const std::byte* from) {
        return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
    }
    static BYTEBOUND_INLINE void store(std::byte* to, __m256i value) {
        _mm256_store_si256(reinterpret_cast<__m256i*>(to), value);
    }
    static BYTEBOUND_INLINE void stream(std::byte* to, __m256i value) {
        _mm256_stream_si256(reinterpret_cast<__m256i*>(to), value);
    }
    static BYTEBOUND_INLINE void settle() { _mm_sfence(); }
};

} // namespace

StreamFunctions stream_functions_avx2() { return stream_functions_of<Vector>("avx2"); }

} // namespace bytebound

#endif
