#pragma once
// A row's bandwidths beside the ceilings of the host that they ran on.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counters/tier.hpp"
#include "model/ceilings.hpp"
#include "stats/estimate.hpp"

namespace bytebound {

struct RunRecord;
struct SummaryRow;

/// One bandwidth as a percentage of its own ceiling: that of the kernel that moves the same mix of bytes at this level,
/// with as many workers as copied, and row groups of the same sizes (layout_ceiling).
struct CeilingShare {
    std::string_view metric; ///< "requested_gbps", "dram_gbps"
    MemoryLevel level = MemoryLevel::memory;
    StreamKernel kernel = StreamKernel::row_copy;
    std::uint32_t threads = 1;     ///< of the ceiling: 1 where the row's steps stay below the parallel threshold
    std::string copy;              ///< what copied the run's rows; the ceiling's are memcpy's, or nt's
    std::optional<double> percent; ///< none: `reason`
    /// From the ends of both intervals, each against the far end of the other.
    std::optional<double> ci_low, ci_high;
    double ceiling_gbps = 0, ceiling_low = 0, ceiling_high = 0; ///< in the metric's bytes
    std::uint64_t ceiling_n = 0;
    bool small_buffers = false;
    /// Of DRAM bytes: how the program's bytes of the ceiling became those at the memory controller.
    std::optional<WriteAllocateFactor> write_allocate;
    Tier tier = Tier::timed; ///< of the bandwidth
    std::string source, reason;
};

/// Bytes at the memory controller for every byte that a copy loads or stores: a load, a write-back, and `factor` reads
/// for a stored line, over two program bytes.
double dram_bytes_per_copied_byte(double factor);

/// Requested bytes against row-copy in the last-level cache and in memory, DRAM bytes against row-copy in memory. Empty
/// with the reason in row.unavailable["ceilings"] when the run has no calibration.
void put_ceilings(SummaryRow& row, const RunRecord& run);

/// Why a run has no ceilings, and what to do about it.
std::string why_no_ceilings(const RunRecord& run);

} // namespace bytebound
