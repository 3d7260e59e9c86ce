#pragma once
// The inner loops of the vector kernels as templates on a vector type. Internal to model/: each cache_kernel_ISA.cpp
// defines BYTEBOUND_TARGET, the attribute that its functions need, and BYTEBOUND_INLINE before it includes this. The
// unnamed namespace gives every ISA its own copy.

#include <bit>

#include "model/cache_kernel.hpp"

namespace bytebound {
namespace {

/// `Vector` has `unit`, its number of words; splat(); equal_lanes(), a bit for each word of a vector that has the
/// quotient; equal_words(), the same for a whole set of at most 16 words; and move_to_front().
template <class Vector>
struct CacheRuns {
    static BYTEBOUND_INLINE void touch(std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word,
                                       RunCounts& counts) {
        const auto quotient = Vector::splat(word & word_quotient_mask);
        std::uint32_t position = ways;
        bool miss;
        if (stride <= 16) { // no branch on hit or miss, which half-evicted rows would mispredict
            const std::uint32_t equal = Vector::equal_words(set, stride, quotient);
            const std::uint32_t last = std::uint32_t{1} << (ways - 1);
            position = static_cast<std::uint32_t>(std::countr_zero(equal | last));
            miss = equal == 0;
        } else {
            for (std::uint32_t base = 0; base < stride && position == ways; base += Vector::unit)
                if (const std::uint32_t equal = Vector::equal_lanes(set + base, quotient); equal != 0)
                    position = base + static_cast<std::uint32_t>(std::countr_zero(equal));
            miss = position == ways;
            position -= miss;
        }
        const std::uint32_t there = set[position];
        counts.evicted[there & 0xf] += miss;
        Vector::move_to_front(set, stride, position, miss ? word : there | (word & word_dirty));
    }

    template <std::size_t fixed_stride>
    static BYTEBOUND_TARGET void touch_sets(std::uint32_t* set, std::size_t any_stride, std::uint32_t ways,
                                            std::uint32_t word, std::size_t lines, RunCounts& counts) {
        const std::size_t stride = fixed_stride != 0 ? fixed_stride : any_stride;
        for (; lines != 0; --lines, set += stride) {
            __builtin_prefetch(set + prefetch_sets * stride, 1);
            touch(set, stride, ways, word, counts);
        }
    }

    template <std::size_t fixed_stride>
    static BYTEBOUND_TARGET void copy_sets(std::uint32_t* from, std::uint32_t from_word, std::uint32_t* to,
                                           std::uint32_t to_word, std::size_t any_stride, std::uint32_t ways,
                                           std::size_t lines, RunCounts& from_counts, RunCounts& to_counts) {
        const std::size_t stride = fixed_stride != 0 ? fixed_stride : any_stride;
        for (; lines != 0; --lines, from += stride, to += stride) {
            __builtin_prefetch(from + prefetch_sets * stride, 1);
            __builtin_prefetch(to + prefetch_sets * stride, 1);
            touch(from, stride, ways, from_word, from_counts);
            touch(to, stride, ways, to_word, to_counts);
        }
    }

    static void touch_run(std::uint32_t* set, std::size_t stride, std::uint32_t ways, std::uint32_t word,
                          std::size_t lines, RunCounts& counts) noexcept {
        const auto touch_any = stride == 16                       ? touch_sets<16>
                               : Vector::unit <= 8 && stride == 8 ? touch_sets<8>
                               : Vector::unit <= 4 && stride == 4 ? touch_sets<4>
                                                                  : touch_sets<0>;
        touch_any(set, stride, ways, word, lines, counts);
    }

    static void copy_run(std::uint32_t* from, std::uint32_t from_word, std::uint32_t* to, std::uint32_t to_word,
                         std::size_t stride, std::uint32_t ways, std::size_t lines, RunCounts& from_counts,
                         RunCounts& to_counts) noexcept {
        const auto copy_any = stride == 16                       ? copy_sets<16>
                              : Vector::unit <= 8 && stride == 8 ? copy_sets<8>
                              : Vector::unit <= 4 && stride == 4 ? copy_sets<4>
                                                                 : copy_sets<0>;
        copy_any(from, from_word, to, to_word, stride, ways, lines, from_counts, to_counts);
    }

    static constexpr CacheKernel kernel(std::string_view name, bool (*runs_here)()) {
        return {name, Vector::unit, runs_here, touch_run, copy_run};
    }
};

} // namespace
} // namespace bytebound
