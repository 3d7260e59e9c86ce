#pragma once
// FMA chains as templates on a vector type. Internal to loops/: each fma_kernel_ISA.cpp defines BYTEBOUND_TARGET, the
// attribute that its functions need, and then includes this. The unnamed namespace gives every ISA its own copy.

#include "loops/fma_kernel.hpp"

namespace bytebound {
namespace {

/// Two FMA units with a latency of 4 or 5 cycles need 8 or 10 chains in flight. 12 chains and two constants fit into
/// AVX2's 16 vector registers.
constexpr std::uint32_t fma_chain_count = 12;

template <class Vector>
BYTEBOUND_TARGET double run_fma_chains(std::uint64_t iterations) noexcept {
    using Element = typename Vector::Element;
    constexpr std::uint32_t elements = fma_chain_count * Vector::lanes;
    alignas(64) Element start[elements];
    for (std::uint32_t i = 0; i < elements; ++i)
        start[i] = static_cast<Element>(i);
    typename Vector::Register x[fma_chain_count];
    for (std::uint32_t chain = 0; chain < fma_chain_count; ++chain)
        x[chain] = Vector::load(start + chain * Vector::lanes);
    const auto half = Vector::splat(Element(0.5)), one = Vector::splat(Element(1));
    for (std::uint64_t i = 0; i < iterations; ++i) {
#pragma GCC unroll 12
        for (std::uint32_t chain = 0; chain < fma_chain_count; ++chain)
            x[chain] = Vector::multiply_add(x[chain], half, one);
    }
    double sum = 0;
    for (std::uint32_t chain = 0; chain < fma_chain_count; ++chain) {
        alignas(64) Element end[Vector::lanes];
        Vector::store(end, x[chain]);
        for (const Element element : end)
            sum += static_cast<double>(element);
    }
    return sum;
}

template <class Vector>
constexpr FmaKernel fma_kernel_of(std::string_view isa) {
    constexpr std::uint32_t elements = fma_chain_count * Vector::lanes;
    return {isa, elements, std::uint64_t{2} * elements, run_fma_chains<Vector>};
}

} // namespace
} // namespace bytebound
