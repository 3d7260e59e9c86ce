#pragma once
// The ceilings of this host that `bytebound calibrate` measured, as data only. Measuring and storing them is done
// elsewhere.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loops/copy_method.hpp"
#include "loops/update_loop.hpp"

namespace bytebound {

/// Memory operations of a ceiling's kernel. nt: non-temporal stores. The row kernels copy whole rows between two
/// buffers: between random places, as the loops that replace rows do, or in ascending order, as rebuilds do. prefetch:
/// memcpy with the default --copy prefetch.
enum class StreamKernel {
    read,
    write,
    nt_write,
    copy,
    nt_copy,
    row_copy,
    nt_row_copy,
    row_copy_ascending,
    nt_row_copy_ascending,
    prefetch_row_copy,
    prefetch_row_copy_ascending
};
/// The memory that contains the kernel's buffers.
enum class MemoryLevel { l1, l2, llc, memory };

/// One measured ceiling: bytes loaded plus bytes stored by the program, per second. A copied byte counts twice;
/// additional traffic of the memory system (write-allocate) is not included.
struct Ceiling {
    StreamKernel kernel = StreamKernel::copy;
    MemoryLevel level = MemoryLevel::memory;
    std::uint32_t threads = 1;
    std::uint64_t row_bytes = 0;    ///< for row kernels; else 0
    std::uint64_t buffer_bytes = 0; ///< all buffers of all threads
    double bytes_per_second = 0;    ///< median of n
    double ci_low = 0, ci_high = 0; ///< 95 %
    std::uint64_t n = 0;
    /// Level memory only: at most 4 x the last-level caches, which may hold a part of the buffers.
    bool small_buffers = false;
    std::string date = {}; ///< of a figure kept from an earlier calibration; empty: that of the calibration
    bool operator==(const Ceiling&) const = default;
};

/// Lines read at the memory controller per line that a kernel stores, excluding lines that it loads: 1 with
/// write-allocate, 0 without. Processors that turn full-line stores into ownership requests without data (SpecI2M) are
/// in between.
struct WriteAllocateFactor {
    StreamKernel kernel = StreamKernel::copy;
    std::uint32_t threads = 1;
    std::uint64_t row_bytes = 0;
    double factor = 1;
    std::optional<double> ci_low, ci_high; ///< nullopt if the factor is assumed
    bool measured = false;
    std::string source;    ///< of the counts ("uncore"), or why the factor is assumed
    std::string date = {}; ///< as that of a ceiling
    /// Clamped to the possible range: noise may make a measured factor negative.
    double usable() const { return std::max(factor, 0.0); }
    bool operator==(const WriteAllocateFactor&) const = default;
};

/// The peak rate of multiply-adds in registers; a fused one counts as two operations.
struct ComputeCeiling {
    std::string dtype; ///< "f32", "f64"
    std::string isa;   ///< "avx512"
    std::uint32_t threads = 1;
    double flops_per_second = 0; ///< median of n
    double ci_low = 0, ci_high = 0;
    std::uint64_t n = 0;
    std::string date = {}; ///< as that of a bandwidth
    bool operator==(const ComputeCeiling&) const = default;
};

/// Total capacity of the caches of a level that a given number of workers can reach.
struct LevelCapacity {
    MemoryLevel level = MemoryLevel::llc;
    std::uint32_t threads = 1;
    std::uint64_t bytes = 0;
    bool operator==(const LevelCapacity&) const = default;
};

struct Ceilings {
    std::vector<Ceiling> ceilings;
    std::vector<WriteAllocateFactor> write_allocate;
    std::vector<ComputeCeiling> compute;
    std::vector<LevelCapacity> capacities; ///< for l1, l2 and llc
    bool operator==(const Ceilings&) const = default;

    /// The ceiling for exactly these; null if it was not measured. `row_bytes` is ignored for kernels without rows.
    const Ceiling* find(StreamKernel kernel, MemoryLevel level, std::uint32_t threads,
                        std::uint64_t row_bytes = 0) const;
    /// The same for the write-allocate factor of a kernel.
    const WriteAllocateFactor* find_factor(StreamKernel kernel, std::uint32_t threads,
                                           std::uint64_t row_bytes = 0) const;
    /// For a row kernel: the factor for the nearest row size; measured factors take precedence.
    const WriteAllocateFactor* nearest_factor(StreamKernel kernel, std::uint32_t threads,
                                              std::uint64_t row_bytes) const;
};

/// A ceiling whose interval reaches further than this fraction from its value is too uncertain to compare with.
inline constexpr double widest_ceiling = 0.2;
bool is_narrow(double low, double value, double high);

std::string_view name_of(StreamKernel kernel);
std::string_view name_of(MemoryLevel level);
std::optional<StreamKernel> stream_kernel_named(std::string_view name);
std::optional<MemoryLevel> memory_level_named(std::string_view name);
/// Whether the kernel uses non-temporal stores.
constexpr bool stores_past_caches(StreamKernel kernel) {
    using enum StreamKernel;
    return kernel == nt_write || kernel == nt_copy || kernel == nt_row_copy || kernel == nt_row_copy_ascending;
}
constexpr bool copies_rows(StreamKernel kernel) { return kernel >= StreamKernel::row_copy; }
/// Of a row kernel.
constexpr RowOrder order_of(StreamKernel kernel) {
    using enum StreamKernel;
    return kernel == row_copy_ascending || kernel == nt_row_copy_ascending || kernel == prefetch_row_copy_ascending
               ? RowOrder::ascending
               : RowOrder::random;
}
/// Of a row kernel.
constexpr CopyMethod copy_method_of(StreamKernel kernel) {
    using enum StreamKernel;
    if (stores_past_caches(kernel)) return CopyMethod::nt;
    const bool ahead = kernel == prefetch_row_copy || kernel == prefetch_row_copy_ascending;
    return ahead ? CopyMethod::prefetch : CopyMethod::memcpy;
}
/// The kernel that copies rows as a loop does. Copies by special instructions are compared with memcpy, and every
/// prefetch with the default one.
constexpr StreamKernel row_kernel(CopyMethod method, RowOrder order) {
    using enum StreamKernel;
    const bool ascending = order == RowOrder::ascending;
    if (method.kind == CopyMethod::nt) return ascending ? nt_row_copy_ascending : nt_row_copy;
    if (method.kind == CopyMethod::prefetch) return ascending ? prefetch_row_copy_ascending : prefetch_row_copy;
    return ascending ? row_copy_ascending : row_copy;
}

} // namespace bytebound
