#pragma once
// Lines through a loop's rows, one point per k: bytes measured against bytes that had to move.

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
    std::optional<double> theory; ///< the slope where no row is found in a cache
    std::string theory_reason;    ///< why there is none
};

/// A footprint from which theory applies, in sizes of the LLC.
inline constexpr double theory_from_footprint = 4;

/// requested_bytes on bound_bytes, dram_read_bytes and dram_write_bytes on min_bytes, for every loop that has them at
/// two ks or more. Theory for loops that copy min_rows rows: 2 for requested_bytes; 1 written; 2 read with
/// write-allocate (the row and the line stored to), 1 with non-temporal stores. Of DRAM bytes it holds where m*S is 4 x
/// the LLC or more.
std::vector<Regression> regressions(const RunRecord& run, const Summary& summary);

} // namespace bytebound
