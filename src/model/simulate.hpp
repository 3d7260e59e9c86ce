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

/// Activity after every step, outside of the measured region.
enum class Gap {
    none,
    use,  ///< reads the slab's rows once, group by group in slot order, as a matrix product would
    evict ///< sweeps the cache
};

/// One loop and k, to be replayed over one trace segment.
struct SimulationSpec {
    LoopKind loop = LoopKind::paired;
    WorkspaceSpec workspace; ///< mask_count > trace.steps(); the arena of this spec provides the addresses
    TraceSpec trace;
    std::uint32_t segment = 0;
    LoopOptions options;
    CacheGeometry cache;
    Gap gap = Gap::none;
    std::uint64_t sweep_bytes = 0; ///< footprint of a sweep, for Gap::evict
    StopPredicate stop;            ///< polled before every step
    /// If set: private levels above `cache`, which is its LLC, and one simulated worker per team member. Otherwise the
    /// LLC alone and one worker.
    std::optional<HierarchySpec> hierarchy;
};

/// Lines that crossed the cache's lower side in the gap after a step.
struct GapLines {
    std::uint64_t fetched = 0;
    std::uint64_t written_back = 0;
    bool operator==(const GapLines&) const = default;
};

/// Number of dirty lines of each buffer in the cache.
using DirtyLines = std::array<std::uint64_t, buffer_count>;

struct Simulation {
    std::vector<LineCounts> steps; ///< one per step, in order, including warm-up
    std::vector<GapLines> gaps;    ///< one per step, for the gap after it; empty for Gap::none
    DirtyLines dirty_before{};     ///< at the start of the first measured step
    DirtyLines flushed{};          ///< lines that a sweep after the last step and its gap would write back
    std::uint64_t line_references = 0;
    std::optional<HierarchyLines> levels; ///< sum over the measured steps without their gaps; only with a hierarchy
    bool operator==(const Simulation&) const = default;
};

/// Replays the loop through a cache that starts empty. Pure and reentrant: it allocates its own arena, whose pool and
/// slab are never touched. A step's counts are in lines of `cache.line_bytes`. The stores are those of the options'
/// copy method. Errors: usage for a geometry or hierarchy that check() rejects or a spec that Workspace::allocate()
/// rejects; not_possible for torch (library code), or for an arena with more lines than the simulator's line_limit();
/// interrupted if `stop` ended it.
Result<Simulation> simulate(const SimulationSpec& spec);
/// The same in the caller's arena of that spec, whose masks must contain the segment with these `changes`. Overwrites
/// its lists and tables.
Result<Simulation> simulate(const SimulationSpec& spec, Workspace& workspace, std::span<const StepChange> changes);

} // namespace bytebound
