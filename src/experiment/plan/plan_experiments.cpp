#include <fmt/format.h>

#include <algorithm>

#include "experiment/plan/plan_parts.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t least_warmup = 20, most_warmup = 2000, evicted_warmup = 5;

/// One k with the requests that became it.
struct RequestedK {
    std::uint32_t k = 0, k_requested = 0;
    ChangeSpec change;
};

std::vector<RequestedK> requested_ks(RunPlan& plan) {
    const RunOptions& o = plan.options;
    std::vector<RequestedK> rows;
    if (o.add || o.remove) {
        const std::uint32_t added = o.add.value_or(0), removed = o.remove.value_or(0);
        rows.push_back({added + removed, added + removed, {o.pool_rows, o.active_rows, added, removed, false}});
        return rows;
    }
    std::vector<std::vector<std::uint32_t>> merged;
    std::vector<std::vector<std::uint32_t>> clipped;
    for (const std::uint32_t request : o.ks) {
        const std::uint32_t k = clip_k(request, o.pool_rows, o.active_rows);
        auto row = std::find_if(rows.begin(), rows.end(), [&](const RequestedK& r) { return r.k == k; });
        if (row == rows.end()) {
            rows.push_back({k, request, {o.pool_rows, o.active_rows, k - k / 2, k / 2, true}});
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

std::uint32_t warmup_of(RunPlan& plan, const RequestedK& row) {
    const std::uint32_t rows = std::max(row.change.added, row.change.removed);
    const std::uint32_t steps = planned_warmup(plan, rows);
    const std::uint64_t wanted = automatic_warmup(plan.warm_bytes, rows, plan.layout.row_bytes(), plan.options.between);
    if (!plan.options.warmup && steps < wanted)
        plan.warnings.push_back(warnings::warmup_capped(row.k, wanted, quick_warmup_cap));
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
    return static_cast<std::uint32_t>(o.quick ? std::min<std::uint64_t>(wanted, quick_warmup_cap) : wanted);
}

Result<void> set_batch(RunPlan& plan, Experiment& e, std::uint32_t batch) {
    const RunOptions& o = plan.options;
    const std::uint64_t measured = std::uint64_t{o.steps_per_k} * batch;
    auto changes = TRY(plan_changes(e.change, static_cast<std::uint32_t>(e.warmup_steps + measured)));
    e.batch = batch;
    e.changes = std::move(changes);
    e.added = e.removed = e.bound_rows = 0;
    for (std::size_t i = e.warmup_steps; i < e.changes.size(); ++i) {
        e.added += e.changes[i].added;
        e.removed += e.changes[i].removed;
        e.bound_rows += std::max(e.changes[i].added, e.changes[i].removed);
    }
    for (double* sum : {&e.added, &e.removed, &e.bound_rows})
        *sum /= static_cast<double>(measured);
    plan.workspace.mask_count = std::max(plan.workspace.mask_count, static_cast<std::uint32_t>(e.changes.size() + 1));
    if (std::find(o.loops.begin(), o.loops.end(), LoopKind::oracle) != o.loops.end())
        plan.workspace.oracle_pairs = std::max(plan.workspace.oracle_pairs, bound_rows(e.changes));
    return {};
}

Result<void> plan_experiments(RunPlan& plan) {
    const RunOptions& o = plan.options;
    if (std::uint64_t{o.add.value_or(0)} > o.pool_rows || std::uint64_t{o.remove.value_or(0)} > o.pool_rows)
        return fail({ExitCode::usage, "plan",
                     fmt::format("--add {} --remove {}", o.add.value_or(0), o.remove.value_or(0)),
                     fmt::format("the pool has only N = {} rows", o.pool_rows), "give smaller steps"});
    for (const RequestedK& row : requested_ks(plan)) {
        Experiment e;
        e.k = row.k;
        e.k_requested = row.k_requested;
        e.warmup_steps = warmup_of(plan, row);
        e.change = row.change;
        TRY(set_batch(plan, e, 1));
        plan.experiments.push_back(std::move(e));
    }
    return {};
}

} // namespace bytebound
