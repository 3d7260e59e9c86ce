#pragma once
// Lines through a loop's rows, one point per k: measured bytes as a function of bytes that had to move.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "counters/tier.hpp"
#include "stats/regression.hpp"

namespace bytebound {

struct RunRecord;
struct Summary;

/// y = intercept + slope * x over the ks of one loop.
struct Regression {
    std::string loop, y, x; ///< metrics
    std::string source;     ///< of y
    Tier tier = Tier::computed;
    std::vector<std::uint32_t> ks;
    LineFit fit;
    std::optional<double> theory; ///< the slope if no row is found in a cache
    std::string theory_reason;    ///< why there is none
};

/// The smallest footprint for which theory applies, in units of the LLC's size.
inline constexpr double theory_from_footprint = 4;

/// requested_bytes on bound_bytes, and dram_read_bytes and dram_write_bytes on min_bytes, for every loop that has them
/// at two or more ks. Theoretical slopes for loops that copy min_rows rows: 2 for requested_bytes; 1 for bytes written;
/// for bytes read, 2 with write-allocate (the row and the stored line), 1 with non-temporal stores. For DRAM bytes they
/// apply if m*S is at least 4 x the LLC.
std::vector<Regression> regressions(const RunRecord& run, const Summary& summary);

} // namespace bytebound
