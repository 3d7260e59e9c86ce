#pragma once
// Peak floating-point rate: independent chains of multiply-add on registers, with an exact count of operations.

#include <cstdint>
#include <span>
#include <string_view>

namespace bytebound {

enum class FloatType { f32, f64 };
std::string_view name_of(FloatType type); ///< "f32", "f64"

struct FmaKernel {
    std::string_view isa;                  ///< "portable", "avx2+fma", "avx512"
    std::uint32_t elements = 0;            ///< chains times lanes
    std::uint64_t flops_per_iteration = 0; ///< a multiplication and an addition for each element
    /// Element i starts as i and becomes x/2 + 1 `iterations` times: no value overflows or gets denormal, and none can
    /// be left out: the sum of all elements is returned.
    double (*run)(std::uint64_t iterations) noexcept;
};

/// Those that this CPU can run, narrowest first; never empty. The last one is the peak's.
std::span<const FmaKernel> fma_kernels(FloatType type);

} // namespace bytebound
