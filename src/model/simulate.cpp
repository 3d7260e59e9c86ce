#include "model/simulate.hpp"

#include <cassert>
#include <string>
#include <type_traits>

#include "loops/replay.hpp"
#include "model/cache.hpp"
#include "model/hierarchy_team.hpp"
#include "model/traffic.hpp"

namespace bytebound {

namespace {

std::uint64_t lines_of(const SimulationSpec& spec) { return arena_bytes(spec.workspace) / spec.cache.line_bytes + 1; }

Result<void> check_spec(const SimulationSpec& spec) {
    TRY(check(spec.cache));
    if (spec.hierarchy) {
        assert(spec.hierarchy->llc == spec.cache);
        TRY(check(*spec.hierarchy));
    }
    const std::uint64_t limit =
        spec.hierarchy ? HierarchySim::line_limit(*spec.hierarchy) : CacheSim::line_limit(spec.cache);
    if (lines_of(spec) > limit)
        return fail({ExitCode::not_possible, "simulate cache", std::to_string(spec.cache.size_bytes) + " bytes",
                     "the arena of " + std::to_string(arena_bytes(spec.workspace)) + " bytes is too large for " +
                         std::to_string(spec.cache.sets()) + " sets",
                     "simulate a larger cache, or fewer or smaller rows"});
    return {};
}

Failure stopped() { return fail({ExitCode::interrupted, "simulate", {}, "asked to stop", {}}); }

void read_slab(AccessObserver& observer, const Workspace& workspace, std::uint64_t rows) {
    for (const BufferRange& range : workspace.ranges())
        if (range.buffer == Buffer::slab)
            observer.load(Buffer::slab, range.offset, rows * workspace.spec().layout.groups[range.group].row_bytes);
}

template <class Cache>
GapLines pass_gap(const SimulationSpec& spec, const Workspace& workspace, const UpdateLoop& loop, Cache& cache,
                  BasicTrafficObserver<Cache>& observer) {
    std::uint64_t swept = 0;
    if (spec.gap == Gap::use) read_slab(observer, workspace, loop.active_rows());
    if (spec.gap == Gap::evict) {
        cache.evict_all();
        swept = spec.sweep_bytes / spec.cache.line_bytes;
    }
    const LineCounts lines = observer.take();
    return {lines.fetched_total() + swept, lines.written_back_total()};
}

/// Replays all steps. `watcher` receives the loop's references: the traffic observer itself, or one that forwards to
/// it.
template <class Cache>
Result<Simulation> replay_steps(const SimulationSpec& spec, Workspace& workspace, std::span<const StepChange> changes,
                                Cache& cache, BasicTrafficObserver<Cache>& traffic, AccessObserver& watcher,
                                unsigned workers) {
    const auto loop = make_replay(spec.loop, workspace, watcher, spec.options, workers);
    if (loop == nullptr)
        return fail({ExitCode::not_possible, "simulate loop", "torch", "library code",
                     "simulate the index loop, which does the same"});
    loop->reset(changes);

    constexpr bool has_levels = std::is_same_v<Cache, HierarchySim>;
    Simulation result;
    if constexpr (has_levels) result.levels.emplace();
    result.steps.reserve(changes.size());
    for (std::uint32_t step = 0; step < changes.size(); ++step) {
        if (spec.stop && spec.stop()) return stopped();
        if (step == spec.trace.warmup_steps) result.dirty_before = cache.dirty_lines();
        HierarchyLines before;
        if constexpr (has_levels) before = cache.lines();
        loop->step(step);
        if constexpr (has_levels)
            if (step >= spec.trace.warmup_steps) result.levels->add(cache.lines(), before);
        result.steps.push_back(traffic.take());
        if (spec.gap != Gap::none) result.gaps.push_back(pass_gap(spec, workspace, *loop, cache, traffic));
    }
    result.line_references = cache.references();
    cache.evict_all();
    result.flushed = traffic.take().written_back;
    return result;
}

} // namespace

Result<Simulation> simulate(const SimulationSpec& spec) {
    TRY(check_spec(spec));
    auto workspace = TRY(Workspace::allocate(spec.workspace));
    const auto source = TRY(make_source(spec.trace));
    const auto changes = generate_trace(workspace.masks(), *source, spec.segment, spec.stop);
    if (!changes) return stopped();
    return simulate(spec, workspace, *changes);
}

Result<Simulation> simulate(const SimulationSpec& spec, Workspace& workspace, std::span<const StepChange> changes) {
    TRY(check_spec(spec));
    assert(workspace.spec() == spec.workspace && spec.workspace.mask_count > changes.size());
    assert(spec.trace.workload.pool_rows == spec.workspace.pool_rows && spec.trace.steps() == changes.size());
    const bool non_temporal = spec.options.copy.kind == CopyMethod::nt;
    if (spec.hierarchy) {
        HierarchySim cache(*spec.hierarchy, lines_of(spec));
        HierarchyObserver traffic(cache, non_temporal);
        TeamObserver team(cache, traffic, spec.workspace.layout.groups.size());
        return replay_steps(spec, workspace, changes, cache, traffic, team, spec.hierarchy->workers);
    }
    CacheSim cache(spec.cache);
    TrafficObserver traffic(cache, non_temporal);
    return replay_steps(spec, workspace, changes, cache, traffic, traffic, 1);
}

} // namespace bytebound
