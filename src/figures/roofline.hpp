#pragma once
// The position of the loops below the host's ceilings.

#include <cstdint>
#include <optional>
#include <vector>

#include "figures/summary.hpp"

namespace bytebound {

/// One loop at one k.
struct RooflinePoint {
    const SummaryRow* row = nullptr;
    /// Bytes that one step touches: rows on both sides and metadata. nullopt for library code, whose metadata are
    /// unknown.
    std::optional<double> working_set_bytes;
};
std::vector<RooflinePoint> roofline_points(const Summary& summary);
/// Pool and slab: all memory that the steps read rows from and write them to.
std::uint64_t footprint_bytes(const RunRecord& run);

/// The working sets for which a level's ceilings apply: from the next nearer level's capacity to its own; for memory,
/// from the LLC's capacity on.
struct LevelSpan {
    MemoryLevel level = MemoryLevel::memory;
    std::uint64_t from_bytes = 0;
    std::optional<std::uint64_t> to_bytes; ///< nullopt: memory
};
/// From the run's calibration: the ceilings measured with the run's number of workers; empty without a calibration.
std::optional<Ceilings> ceilings_of_team(const RunRecord& run);
std::vector<LevelSpan> level_spans(const Ceilings& ceilings);

} // namespace bytebound
