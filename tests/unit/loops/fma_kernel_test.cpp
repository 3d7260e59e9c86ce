#include "loops/fma_kernel.hpp"

#include <catch2/catch.hpp>

using namespace bytebound;

TEST_CASE("an FMA kernel does exactly the operations that it reports") {
    for (const FloatType type : {FloatType::f32, FloatType::f64}) {
        REQUIRE(!fma_kernels(type).empty());
        CHECK(fma_kernels(type).front().isa == "portable");
        for (const FmaKernel& kernel : fma_kernels(type)) {
            INFO(name_of(type) << " " << kernel.isa);
            CHECK(kernel.flops_per_iteration == 2 * kernel.elements);
            // x -> x/2 + 1, n times: x/2^n + 2 (1 - 2^-n). The sum over x = 0 .. e-1 is exact in both types.
            const double e = kernel.elements;
            CHECK(kernel.run(0) == e * (e - 1) / 2);
            CHECK(kernel.run(1) == e * (e - 1) / 4 + e);
            CHECK(kernel.run(3) == e * (e - 1) / 16 + e * 1.75);
            CHECK(kernel.run(1000) == e * 2);
        }
    }
}

TEST_CASE("an FMA kernel has at least the chains that two units with a latency of 5 need") {
    for (const FloatType type : {FloatType::f32, FloatType::f64}) {
        const std::uint32_t lanes_of_16_bytes = type == FloatType::f32 ? 4 : 2;
        CHECK(fma_kernels(type).front().elements >= 10 * lanes_of_16_bytes);
    }
}
