#include "model/cache_kernel.hpp"

#include <cstring>

namespace bytebound {

namespace {

inline void touch(std::uint32_t* set, std::uint32_t ways, std::uint32_t word, RunCounts& counts) {
    const std::uint32_t quotient = word & word_quotient_mask;
    std::uint32_t position = 0;
    while (position < ways && (set[position] & word_quotient_mask) != quotient)
        ++position;
    if (position == ways) {
        ++counts.evicted[set[--position] & 0xf];
    } else {
        word = set[position] | (word & word_dirty);
    }
    std::memmove(set + 1, set, position * sizeof *set);
    set[0] = word;
}

void touch_run(std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word, std::size_t lines,
               RunCounts& counts) noexcept {
    for (; lines != 0; --lines, set += stride)
        touch(set, ways, word, counts);
}

void copy_run(std::uint32_t* from, std::uint32_t from_word, std::uint32_t* to, std::uint32_t to_word,
              std::size_t stride, std::uint32_t ways, std::size_t lines, RunCounts& from_counts,
              RunCounts& to_counts) noexcept {
    for (; lines != 0; --lines, from += stride, to += stride) {
        touch(from, ways, from_word, from_counts);
        touch(to, ways, to_word, to_counts);
    }
}

} // namespace

const CacheKernel kernels::portable{"portable", 1, [] { return true; }, touch_run, copy_run};

std::span<const CacheKernel> cache_kernels() {
    static const CacheKernel all[] = {
#if defined(__x86_64__)
        kernels::avx512,
        kernels::avx2,
        kernels::sse2,
#endif
        kernels::portable
    };
    return all;
}

const CacheKernel& best_cache_kernel(std::uint32_t ways) {
    const std::span<const CacheKernel> all = cache_kernels();
    for (const CacheKernel& kernel : all)
        if (set_stride(ways) % kernel.stride_unit == 0 && kernel.runs_here()) return kernel;
    return all.back();
}

} // namespace bytebound
