#pragma once
// Traces with given changes per step.

#include <span>
#include <vector>

#include "workload/patterns/block.hpp"
#include "workload/patterns/random.hpp"
#include "workload/trace.hpp"

namespace bytebound::test {

inline const Pattern random_rows{"random", {}};
inline const Pattern row_blocks{"block", {}};

/// Fills `masks` with the given changes, with rows drawn from (seed, k, segment). False if `stop` ended it.
inline bool draw_trace(std::span<std::uint64_t> masks, std::uint32_t pool_rows, std::uint32_t active_rows,
                       const std::vector<StepChange>& changes, const Pattern& pattern, std::uint64_t seed,
                       std::uint32_t k, std::uint32_t segment, const StopPredicate& stop = {}) {
    const TraceSpec spec{
        {pool_rows, active_rows, pattern, seed}, {k, 0, false}, 0, static_cast<std::uint32_t>(changes.size())};
    const PlannedTrace source(spec, changes, pattern == row_blocks ? draw_row_blocks : draw_random_rows);
    return generate_trace(masks, source, segment, stop).has_value();
}

} // namespace bytebound::test
