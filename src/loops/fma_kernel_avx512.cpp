#if defined(__x86_64__)

#include <immintrin.h>

#define BYTEBOUND_TARGET __attribute__((target("avx512f")))
#include "loops/fma_chains.hpp"
#include "loops/fma_tables.hpp"

#define BYTEBOUND_INLINE BYTEBOUND_TARGET inline __attribute__((always_inline))

namespace bytebound {
namespace {

struct Floats {
    using Element = float;
    using Register = __m512;
    static constexpr std::uint32_t lanes = 512 / 32;
    static BYTEBOUND_INLINE Register splat(float value) { return _mm512_set1_ps(value); }
    static BYTEBOUND_INLINE Register load(const float* from) { return _mm512_load_ps(from); }
    static BYTEBOUND_INLINE void store(float* to, Register value) { _mm512_store_ps(to, value); }
    static BYTEBOUND_INLINE Register multiply_add(Register x, Register a, Register b) {
        return _mm512_fmadd_ps(x, a, b);
    }
};

struct Doubles {
    using Element = double;
    using Register = __m512d;
    static constexpr std::uint32_t lanes = 512 / 64;
    static BYTEBOUND_INLINE Register splat(double value) { return _mm512_set1_pd(value); }
    static BYTEBOUND_INLINE Register load(const double* from) { return _mm512_load_pd(from); }
    static BYTEBOUND_INLINE void store(double* to, Register value) { _mm512_store_pd(to, value); }
    static BYTEBOUND_INLINE Register multiply_add(Register x, Register a, Register b) {
        return _mm512_fmadd_pd(x, a, b);
    }
};

} // namespace

FmaKernel fma_kernel_avx512(FloatType type) {
    return type == FloatType::f32 ? fma_kernel_of<Floats>("avx512") : fma_kernel_of<Doubles>("avx512");
}

} // namespace bytebound

#endif
