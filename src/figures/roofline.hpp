#pragma once
// Where the loops are below the host's ceilings.

#include <cstdint>
#include <optional>
#include <vector>

#include "figures/summary.hpp"

namespace bytebound {

/// One loop at one k.
struct RooflinePoint {
    const SummaryRow* row = nullptr;
    /// Bytes that one step touches: rows on both sides and metadata. None for library code, whose metadata are unknown.
    std::optional<double> working_set_bytes;
};
std::vector<RooflinePoint> roofline_points(const Summary& summary);
/// Pool and slab: all that the steps draw their rows from and put them to.
std::uint64_t footprint_bytes(const RunRecord& run);

/// Where a level's ceilings hold: working sets from the next nearer level's capacity to its own; memory's from the LLC
/// on.
struct LevelSpan {
    MemoryLevel level = MemoryLevel::memory;
    std::uint64_t from_bytes = 0;
    std::optional<std::uint64_t> to_bytes; ///< none: memory
};
/// Of the run's calibration, what was measured with the run's number of workers; none without a calibration.
std::optional<Ceilings> ceilings_of_team(const RunRecord& run);
std::vector<LevelSpan> level_spans(const Ceilings& ceilings);

} // namespace bytebound
