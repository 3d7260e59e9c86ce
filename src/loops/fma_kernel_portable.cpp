#include <cstring>

#define BYTEBOUND_TARGET
#include "loops/fma_chains.hpp"
#include "loops/fma_tables.hpp"

namespace bytebound {
namespace {

/// A 16-byte vector type of the compiler. If the baseline has no fused operation, it multiplies and then adds; both are
/// counted, as for a fused one.
template <class Number>
struct Sixteen {
    using Element = Number;
    typedef Number Register __attribute__((vector_size(16)));
    static constexpr std::uint32_t lanes = 16 / sizeof(Number);
    static Register splat(Number value) { return Register{} + value; }
    static Register load(const Number* from) {
        Register value;
        std::memcpy(&value, from, sizeof value);
        return value;
    }
    static void store(Number* to, Register value) { std::memcpy(to, &value, sizeof value); }
    static Register multiply_add(Register x, Register a, Register b) { return x * a + b; }
};

} // namespace

FmaKernel fma_kernel_portable(FloatType type) {
    return type == FloatType::f32 ? fma_kernel_of<Sixteen<float>>("portable")
                                  : fma_kernel_of<Sixteen<double>>("portable");
}

} // namespace bytebound
