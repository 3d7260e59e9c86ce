#if defined(__x86_64__)

#include <immintrin.h>

#define BYTEBOUND_TARGET __attribute__((target("avx512f")))
#include "loops/stream_loops.hpp"
#include "loops/stream_tables.hpp"

#define BYTEBOUND_INLINE BYTEBOUND_TARGET inline __attribute__((always_inline))

namespace bytebound {
namespace {

struct Vector {
    static constexpr std::size_t width = 64;
    static BYTEBOUND_INLINE __m512i splat(std::uint64_t word) {
        return _mm512_set1_epi64(static_cast<long long>(word));
    }
    static BYTEBOUND_INLINE __m512i mix(__m512i a, __m512i b) { return _mm512_xor_si512(a, b); }
    static BYTEBOUND_INLINE __m512i load(const std::byte* from) {
        return _mm512_load_si512(reinterpret_cast<const __m512i*>(from));
    }
    static BYTEBOUND_INLINE void store(std::byte* to, __m512i value) {
        _mm512_store_si512(reinterpret_cast<__m512i*>(to), value);
    }
    static BYTEBOUND_INLINE void stream(std::byte* to, __m512i value) {
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to), value);
    }
    static BYTEBOUND_INLINE void settle() { _mm_sfence(); }
};

} // namespace

StreamFunctions stream_functions_avx512() { return stream_functions_of<Vector>("avx512"); }

} // namespace bytebound

#endif
