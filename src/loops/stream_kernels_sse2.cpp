#if defined(__x86_64__)

#include <immintrin.h>

#define BYTEBOUND_TARGET __attribute__((target("sse2")))
#include "loops/stream_loops.hpp"
#include "loops/stream_tables.hpp"

#define BYTEBOUND_INLINE BYTEBOUND_TARGET inline __attribute__((always_inline))

namespace bytebound {
namespace {

struct Vector {
    static constexpr std::size_t width = 16;
    static BYTEBOUND_INLINE __m128i splat(std::uint64_t word) { return _mm_set1_epi64x(static_cast<long long>(word)); }
    static BYTEBOUND_INLINE __m128i mix(__m128i a, __m128i b) { return _mm_xor_si128(a, b); }
    static BYTEBOUND_INLINE __m128i load(const std::byte* from) {
        return _mm_load_si128(reinterpret_cast<const __m128i*>(from));
    }
    static BYTEBOUND_INLINE void store(std::byte* to, __m128i value) {
        _mm_store_si128(reinterpret_cast<__m128i*>(to), value);
    }
    static BYTEBOUND_INLINE void stream(std::byte* to, __m128i value) {
        _mm_stream_si128(reinterpret_cast<__m128i*>(to), value);
    }
    static BYTEBOUND_INLINE void settle() { _mm_sfence(); }
};

} // namespace

StreamFunctions stream_functions_sse2() { return stream_functions_of<Vector>("sse2"); }

} // namespace bytebound

#endif
