#pragma once
// Peak floating-point rate: independent chains of multiply-add in registers, with an exact count of operations.

#include <cstdint>
#include <span>
#include <string_view>

namespace bytebound {

enum class FloatType { f32, f64 };
std::string_view name_of(FloatType type); ///< "f32", "f64"

struct FmaKernel {
    std::string_view isa;                  ///< "portable", "avx2+fma", "avx512"
    std::uint32_t elements = 0;            ///< chains times lanes
    std::uint64_t flops_per_iteration = 0; ///< a multiplication and an addition per element
    /// Element i starts as i and is replaced by x/2 + 1 `iterations` times, so no value overflows or becomes denormal.
    /// The sum of all elements is returned, so that none can be optimised away.
    double (*run)(std::uint64_t iterations) noexcept;
};

/// The kernels that this CPU can run, narrowest first; never empty. The last one gives the peak.
std::span<const FmaKernel> fma_kernels(FloatType type);

} // namespace bytebound
