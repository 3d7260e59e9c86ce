#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "experiment/plan/plan_parts.hpp"
#include "record/warnings.hpp"
#include "workload/trace_source.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t least_warmup = 20, most_warmup = 2000, evicted_warmup = 5;

/// One k and the requested values that became it.
struct RequestedK {
    std::uint32_t k = 0, k_requested = 0;
    ChangeRule change;
};

std::vector<RequestedK> requested_ks(RunPlan& plan) {
    const RunOptions& o = plan.options;
    std::vector<RequestedK> rows;
    if (o.add || o.remove) {
        const std::uint32_t added = o.add.value_or(0), removed = o.remove.value_or(0);
        rows.push_back({added + removed, added + removed, {added, removed, false}});
        return rows;
    }
    std::vector<std::vector<std::uint32_t>> merged;
    std::vector<std::vector<std::uint32_t>> clipped;
    for (const std::uint32_t request : o.ks) {
        const std::uint32_t k = clip_k(request, o.workload.pool_rows, o.workload.active_rows);
        auto row = std::find_if(rows.begin(), rows.end(), [&](const RequestedK& r) { return r.k == k; });
        if (row == rows.end()) {
            rows.push_back({k, request, halves_of(k)});
            merged.emplace_back();
            clipped.emplace_back();
            row = rows.end() - 1;
        } else {
            merged[static_cast<std::size_t>(row - rows.begin())].push_back(request);
        }
        if (request != k) clipped[static_cast<std::size_t>(row - rows.begin())].push_back(request);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!clipped[i].empty()) plan.warnings.push_back(warnings::k_clipped(clipped[i], rows[i].k));
        if (!merged[i].empty()) plan.warnings.push_back(warnings::k_merged(merged[i], rows[i].k, rows[i].k_requested));
    }
    return rows;
}

/// Steps of warm-up with which the least repeats of all loops and ks have quick_lines, from a rough count: rows copied
/// by a step times lines of a row.
std::uint64_t quick_warmup(const RunPlan& plan) {
    const RunOptions& o = plan.options;
    const bool given_change = o.add || o.remove;
    const std::uint32_t change = std::max(o.add.value_or(0), o.remove.value_or(0));
    double rows = 0;
    for (const LoopKind kind : o.loops) {
        const LoopEntry* loop = find_loop(kind);
        const bool moves_few = loop != nullptr && loop->stores == StoredRows::minimal;
        for (const std::uint32_t k : given_change ? std::vector{2 * change} : o.ks)
            rows += moves_few ? (k + 1) / 2 : o.workload.active_rows;
    }
    constexpr double lines_are_of = 64;
    const double lines = 2 * rows * static_cast<double>(plan.layout.row_bytes()) / lines_are_of * least_repeats(plan);
    const double steps = lines > 0 ? quick_lines / lines - o.steps_per_k : quick_warmup_cap;
    return static_cast<std::uint64_t>(std::clamp<double>(steps, least_warmup, quick_warmup_cap));
}

/// Uses the largest number of rows that a step of the trace may change.
std::uint32_t warmup_of(RunPlan& plan, const TraceSpec& trace, const TraceBounds& bounds) {
    const std::uint32_t rows = std::max(bounds.added, bounds.removed);
    const std::uint32_t steps = planned_warmup(plan, rows);
    const std::uint64_t wanted = automatic_warmup(plan.warm_bytes, rows, plan.layout.row_bytes(), plan.options.between);
    if (!plan.options.warmup && steps < wanted)
        plan.warnings.push_back(warnings::warmup_capped(trace.k(), wanted, steps));
    return steps;
}

} // namespace

std::uint64_t automatic_warmup(std::uint64_t cache_bytes, std::uint64_t rows, std::uint64_t row_bytes,
                               Between between) {
    if (between == Between::evict) return evicted_warmup;
    const std::uint64_t bytes = rows * row_bytes;
    if (bytes == 0) return least_warmup;
    return std::clamp((cache_bytes + bytes - 1) / bytes, least_warmup, most_warmup);
}

std::uint32_t planned_warmup(const RunPlan& plan, std::uint64_t rows) {
    const RunOptions& o = plan.options;
    if (o.warmup) return *o.warmup;
    const std::uint64_t wanted = automatic_warmup(plan.warm_bytes, rows, plan.layout.row_bytes(), o.between);
    return static_cast<std::uint32_t>(o.quick ? std::min(wanted, quick_warmup(plan)) : wanted);
}

Result<void> set_batch(RunPlan& plan, Experiment& e, std::uint32_t batch) {
    const RunOptions& o = plan.options;
    const std::uint64_t measured = std::uint64_t{o.steps_per_k} * batch;
    if (measured > std::numeric_limits<std::uint32_t>::max() - e.trace.warmup_steps - 1)
        return fail({ExitCode::usage, "plan", fmt::format("{} steps of one k", measured),
                     "32 bits number the steps of a trace", "give fewer --steps-per-k"});
    TraceSpec trace = e.trace;
    trace.measured_steps = static_cast<std::uint32_t>(measured);
    const auto source = TRY(make_source(trace));
    e.batch = batch;
    e.batches.assign(o.loops.size(), batch);
    e.trace = trace;
    e.bounds = source->bounds();
    e.expected = source->expected();
    plan.workspace.slab_rows = std::max(plan.workspace.slab_rows, e.bounds.active_rows);
    plan.workspace.mask_count = std::max(plan.workspace.mask_count, trace.steps() + 1);
    if (std::find(o.loops.begin(), o.loops.end(), LoopKind::oracle) != o.loops.end())
        plan.workspace.oracle_pairs = std::max(plan.workspace.oracle_pairs, e.bounds.bound_rows);
    return {};
}

Result<void> plan_experiments(RunPlan& plan) {
    const RunOptions& o = plan.options;
    if (std::uint64_t{o.add.value_or(0)} > o.workload.pool_rows ||
        std::uint64_t{o.remove.value_or(0)} > o.workload.pool_rows)
        return fail({ExitCode::usage, "plan",
                     fmt::format("--add {} --remove {}", o.add.value_or(0), o.remove.value_or(0)),
                     fmt::format("the pool has only N = {} rows", o.workload.pool_rows), "give smaller steps"});
    for (const RequestedK& row : requested_ks(plan)) {
        Experiment e;
        e.k_requested = row.k_requested;
        e.trace = {o.workload, row.change, 0, o.steps_per_k};
        const auto source = TRY(make_source(e.trace));
        e.trace.warmup_steps = warmup_of(plan, e.trace, source->bounds());
        TRY(set_batch(plan, e, 1));
        if (o.batch) e.batches.assign(o.loops.size(), *o.batch);
        plan.experiments.push_back(std::move(e));
    }
    return {};
}

} // namespace bytebound
