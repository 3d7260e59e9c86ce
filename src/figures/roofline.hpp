#pragma once
// Where the loops stand below the host's ceilings: data for summary.json, and a plot of it.

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
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

/// Of summary.json. Without a calibration `levels` and `compute` are empty and `reason` says why.
nlohmann::ordered_json roofline_json(const RunRecord& run, const Summary& summary);

/// roofline.vl.json: a Vega-Lite specification with its data inline; two charts, over the working set and over the
/// size of a row.
std::string roofline_plot(const RunRecord& run, const Summary& summary);

} // namespace bytebound
