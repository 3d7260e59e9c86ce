#include "loops/fma_kernel.hpp"

#include <vector>

#include "loops/fma_tables.hpp"

namespace bytebound {
namespace {

std::vector<FmaKernel> those_that_run_here(FloatType type) {
    std::vector<FmaKernel> out = {fma_kernel_portable(type)};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out.push_back(fma_kernel_avx2(type));
    if (__builtin_cpu_supports("avx512f")) out.push_back(fma_kernel_avx512(type));
#endif
    return out;
}

} // namespace

std::string_view name_of(FloatType type) { return type == FloatType::f32 ? "f32" : "f64"; }

std::span<const FmaKernel> fma_kernels(FloatType type) {
    static const std::vector<FmaKernel> floats = those_that_run_here(FloatType::f32);
    static const std::vector<FmaKernel> doubles = those_that_run_here(FloatType::f64);
    return type == FloatType::f32 ? floats : doubles;
}

} // namespace bytebound
