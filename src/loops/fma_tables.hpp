#pragma once
// The kernel tables of each vector width. Internal to loops/.

#include "loops/fma_kernel.hpp"

namespace bytebound {

FmaKernel fma_kernel_portable(FloatType type);
#if defined(__x86_64__)
FmaKernel fma_kernel_avx2(FloatType type);
FmaKernel fma_kernel_avx512(FloatType type);
#endif

} // namespace bytebound
