#pragma once
// The kernel tables of each vector width. Internal to loops/.

#include "loops/stream_kernels.hpp"

namespace bytebound {

StreamFunctions stream_functions_portable();
#if defined(__x86_64__)
StreamFunctions stream_functions_sse2();
StreamFunctions stream_functions_avx2();
StreamFunctions stream_functions_avx512();
#endif

} // namespace bytebound
