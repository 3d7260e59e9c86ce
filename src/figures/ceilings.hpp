#pragma once
// Compares a row's bandwidths with the ceilings of the host that measured them.

#include <array>
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

/// One bandwidth as a percentage of its ceiling: that of row copies at this level in the loop's order, by the same
/// number of copying workers, of row groups of the same sizes (layout_ceiling).
struct CeilingShare {
    std::string_view metric; ///< "requested_gbps", "dram_gbps"
    MemoryLevel level = MemoryLevel::memory;
    std::optional<RowOrder> order; ///< of the loop's rows; nullopt: see `reason`
    StreamKernel kernel = StreamKernel::row_copy;
    std::uint32_t threads = 1;     ///< of the ceiling: 1 if the row's steps are below the parallel threshold
    std::string copy;              ///< the run's copy method; the ceiling's is memcpy or nt
    std::optional<double> percent; ///< nullopt: see `reason`
    /// Each bound combines one end of the bandwidth's interval with the opposite end of the ceiling's.
    std::optional<double> ci_low, ci_high;
    double ceiling_gbps = 0, ceiling_low = 0, ceiling_high = 0; ///< in the metric's bytes
    std::uint64_t ceiling_n = 0;
    std::string date; ///< of the oldest ceiling behind it, if it was kept from an earlier calibration
    bool small_buffers = false;
    /// Above 100 %: the farthest level whose ceiling is not exceeded; nullopt if that is not known.
    std::optional<MemoryLevel> served_from;
    /// DRAM bytes only: how the ceiling's program bytes were converted to bytes at the memory controller.
    std::optional<WriteAllocateFactor> write_allocate;
    Tier tier = Tier::timed; ///< of the bandwidth
    std::string source, reason;
};

/// Bytes at the memory controller per byte that a copy loads or stores: a load, a write-back, and `factor` reads per
/// stored line, divided by two program bytes.
double dram_bytes_per_copied_byte(double factor);

/// Requested bytes are compared with the row copies of every level, DRAM bytes with those of memory, in this order.
inline constexpr std::size_t ceiling_shares = 5;
inline constexpr std::array<MemoryLevel, 4> requested_levels = {MemoryLevel::l1, MemoryLevel::l2, MemoryLevel::llc,
                                                                MemoryLevel::memory};
/// Empty, with the reason in row.unavailable["ceilings"], if the run has no calibration.
void put_ceilings(SummaryRow& row, const RunRecord& run);

/// Of a row's shares of requested bytes: the farthest level whose ceiling is not exceeded, hence where the rows came
/// from at the farthest. Null if all are exceeded, or if the ceiling of a level on the way inwards is not known.
const CeilingShare* farthest_reached(const SummaryRow& row);

/// Why a run has no ceilings, and what the user can do.
std::string why_no_ceilings(const RunRecord& run);

} // namespace bytebound
