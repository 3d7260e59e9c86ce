#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "loops/update_loop.hpp"
#include "loops/workspace.hpp"
#include "model/cache_geometry.hpp"
#include "model/hierarchy.hpp"
#include "model/line_counts.hpp"
#include "workload/trace.hpp"

namespace bytebound {

/// What happens after every step, outside the measured region.
enum class Gap {
    none,
    use,  ///< the slab's rows are read once, group by group in slot order, as a matrix product would
    evict ///< the cache is swept
};

/// One loop and k, replayed over one trace segment.
struct SimulationSpec {
    LoopKind loop = LoopKind::paired;
    WorkspaceSpec workspace; ///< mask_count > trace.steps(); its arena gives the addresses
    TraceSpec trace;
    std::uint32_t segment = 0;
    LoopOptions options;
    CacheGeometry cache;
    Gap gap = Gap::none;
    std::uint64_t sweep_bytes = 0; ///< footprint of a sweep, for Gap::evict
    StopPredicate stop;            ///< asked before every step
    /// Given: private levels above `cache`, which is its LLC, and a worker for each of a team's. None: the LLC alone,
    /// and one worker.
    std::optional<HierarchySpec> hierarchy;
};

/// Lines that crossed the cache's lower side in the gap after a step.
struct GapLines {
    std::uint64_t fetched = 0;
    std::uint64_t written_back = 0;
    bool operator==(const GapLines&) const = default;
};

/// Dirty lines of each buffer in the cache.
using DirtyLines = std::array<std::uint64_t, buffer_count>;

struct Simulation {
    std::vector<LineCounts> steps; ///< one per step, in order, warm-up included
    std::vector<GapLines> gaps;    ///< one per step: the gap after that step; empty for Gap::none
    DirtyLines dirty_before{};     ///< when the first measured step begins
    DirtyLines flushed{};          ///< what a sweep after the last step, and its gap, writes back
    std::uint64_t line_references = 0;
    std::optional<HierarchyLines> levels; ///< of the measured steps together, without their gaps; with a hierarchy
    bool operator==(const Simulation&) const = default;
};

/// Replays the loop through a cache that starts empty. Pure: allocates an arena of its own, whose pool and slab are
/// never touched, so several run side by side. A step's counts are in lines of `cache.line_bytes`. oracle is simulated
/// with ordinary stores, whatever its copy method; the other loops with those of their copy method.
/// Error: usage for a geometry or hierarchy that check() refuses or a spec that Workspace::allocate() refuses;
/// not_possible for torch (library code), or an arena with more lines than the simulator's line_limit(); interrupted
/// when `stop` ended it.
Result<Simulation> simulate(const SimulationSpec& spec);
/// The same in the caller's arena of that spec, whose masks already hold the segment, which has these `changes`. Its
/// lists and tables are overwritten.
Result<Simulation> simulate(const SimulationSpec& spec, Workspace& workspace, std::span<const StepChange> changes);

} // namespace bytebound
