#include "experiment/plan/plan_replay.hpp"

#include <algorithm>

namespace bytebound {
namespace {

/// A segment visits every line of its cache so often: to empty it, to count dirty lines, to write them back.
constexpr double cache_passes = 4;

} // namespace

double replayed_lines(const RunPlan& plan, const Experiment& experiment, LoopKind kind) {
    const LoopEntry* loop = find_loop(kind);
    const bool moves_few = loop != nullptr && loop->stores == StoredRows::minimal;
    const double rows = moves_few ? experiment.expected.bound_rows : experiment.bounds.active_rows;
    const double row_lines = static_cast<double>(plan.layout.row_bytes()) / plan.cache.geometry.line_bytes + 2;
    const double gap_lines = plan.options.between == Between::use ? experiment.bounds.active_rows * row_lines : 0;
    return static_cast<double>(experiment.trace.steps()) *
           (2 * rows * row_lines + gap_lines + static_cast<double>(plan.options.workload.pool_rows));
}

std::uint32_t simulated_segments(const RunPlan& plan, const Experiment& experiment, LoopKind loop) {
    const CacheGeometry& cache = plan.cache.geometry;
    const double cache_lines = static_cast<double>(cache.size_bytes / cache.line_bytes);
    const double affordable = most_lines / (replayed_lines(plan, experiment, loop) + cache_passes * cache_lines);
    const double wanted = std::max<double>(affordable, least_segments);
    return static_cast<std::uint32_t>(std::min<double>(wanted, least_repeats(plan)));
}

WorkspaceSpec replay_workspace(const RunPlan& plan, const Experiment& experiment, LoopKind loop) {
    return {plan.workspace.pool_rows, experiment.bounds.active_rows, plan.workspace.layout,
            experiment.trace.steps() + 1, loop == LoopKind::oracle ? experiment.bounds.bound_rows : 0};
}

} // namespace bytebound
