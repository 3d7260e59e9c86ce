#include "experiment/plan/expected_traffic.hpp"

#include <algorithm>
#include <limits>

#include "experiment/plan/plan_parts.hpp"

namespace bytebound {
namespace {

/// The measured factor for the nearest row size; if none was measured, ordinary stores are assumed to allocate.
struct Allocation {
    double factor = 1;
    std::string source = "assumed: an ordinary store that misses reads its line first";
};

Allocation write_allocation(const RunPlan& plan) {
    if (!plan.ceilings || plan.layout.groups.empty()) return {};
    const WriteAllocateFactor* found = plan.ceilings->nearest_factor(StreamKernel::row_copy, plan.options.threads,
                                                                     plan.layout.groups.front().row_bytes);
    if (found == nullptr || !found->measured) return {};
    return {found->usable(), found->source};
}

DescribedLoop described(const RunPlan& plan, LoopKind loop, std::span<const StepChange> changes, CopyMethod copy) {
    const RunOptions& o = plan.options;
    return {loop, o.workload, plan.layout, {changes.begin(), changes.end()}, o.tau, copy};
}

Modelled<ClosedForm> traffic_of(const RunPlan& plan, const TrafficDescriptor& traffic, const CacheBelow& cache,
                                PhaseSteps steps) {
    if (plan.options.between == Between::use)
        return tl::unexpected(
            Unmodelled{"the slab is read between two steps (--between use)", "use the simulator (--collector sim)"});
    steps.evicted_between = plan.options.between == Between::evict;
    return closed_form(traffic, cache, steps);
}

/// The effect of private levels below this fraction of the LLC is smaller than the closed form's own error.
constexpr double small_share = 1.0 / 16;

/// Capacity of the simulated hierarchy's private levels, over all workers.
std::uint64_t private_bytes(const HierarchySpec& spec) {
    const std::optional<CacheGeometry>& outer = spec.l2 ? spec.l2 : spec.l1;
    return outer ? outer->size_bytes * spec.workers : 0;
}

/// Why the closed form, which describes one LRU cache, does not apply to the simulated hierarchy; empty if it does.
std::string why_no_closed_form(const RunPlan& plan) {
    if (!plan.hierarchy || plan.hierarchy->spec.policy == LlcPolicy::exclusive) return {};
    const double held = static_cast<double>(private_bytes(plan.hierarchy->spec));
    if (held <= small_share * static_cast<double>(plan.cache.geometry.size_bytes)) return {};
    return "the closed form covers one cache, and the private levels of --cache-model " +
           std::string(name_of(plan.hierarchy->spec.policy)) + " are larger than a sixteenth of the LLC";
}

/// The cache for expected times is this host's, regardless of the simulated one.
CacheBelow host_cache(const RunPlan& plan) {
    const CacheGeometry& host = plan.host_geometry;
    return {host.line_bytes, host.size_bytes, host.ways, write_allocation(plan).factor};
}

/// Expected time of a step of one loop at k, over the warm-up and measured steps that a run has for this k.
Modelled<double> step_ns(const RunPlan& plan, const Ceilings& ceilings, LoopKind loop, std::uint32_t k) {
    const RunOptions& o = plan.options;
    const auto changes = plan_changes(o.workload.pool_rows, o.workload.active_rows, halves_of(k), 2);
    if (!changes) return tl::unexpected(Unmodelled{changes.error().cause, changes.error().remedy});
    const auto traffic = describe_traffic(described(plan, loop, *changes, o.copy));
    if (!traffic) return tl::unexpected(traffic.error());
    const auto form =
        traffic_of(plan, *traffic, host_cache(plan), {planned_warmup(plan, k - k / 2), o.steps_per_k, false});
    if (!form) return tl::unexpected(form.error());
    return predict_step_ns(*form, traffic->rows_written, ceilings,
                           {plan.layout, o.copy, traffic->order(), o.threads, o.parallel_threshold});
}

Modelled<Crossover> crossover_under(const RunPlan& plan, const Ceilings& ceilings) {
    const RunOptions& o = plan.options;
    const std::uint32_t most =
        clip_k(std::numeric_limits<std::uint32_t>::max(), o.workload.pool_rows, o.workload.active_rows);
    return find_crossover(o.workload.active_rows, most,
                          [&](LoopKind loop, std::uint32_t k) { return step_ns(plan, ceilings, loop, k); });
}

/// Ceilings with memory's rates replaced by one end of their intervals, and the caches' rates likewise.
Ceilings at_ends(Ceilings ceilings, double Ceiling::*memory_end, double Ceiling::*cache_end) {
    for (Ceiling& each : ceilings.ceilings) {
        const double end = each.*(each.level == MemoryLevel::memory ? memory_end : cache_end);
        if (end > 0) each.bytes_per_second = end;
    }
    return ceilings;
}

/// The crossover depends on how much slower memory is than the cache that serves the rows, so the extremes of k* are at
/// combinations of interval ends.
void put_interval(ExpectedRecord& record, const RunPlan& plan) {
    bool beyond = !record.crossover->k;
    record.k_low = record.k_high = record.crossover->k;
    for (double Ceiling::*memory_end : {&Ceiling::ci_low, &Ceiling::ci_high})
        for (double Ceiling::*cache_end : {&Ceiling::ci_low, &Ceiling::ci_high}) {
            const auto corner = crossover_under(plan, at_ends(*plan.ceilings, memory_end, cache_end));
            if (!corner || !corner->k) {
                beyond = true;
                continue;
            }
            record.k_low = std::min(record.k_low.value_or(*corner->k), *corner->k);
            record.k_high = std::max(record.k_high.value_or(*corner->k), *corner->k);
        }
    if (beyond) record.k_high.reset();
}

} // namespace

CacheBelow expected_cache(const RunPlan& plan) {
    CacheBelow cache{plan.cache.geometry.line_bytes, plan.cache.geometry.size_bytes, plan.cache.geometry.ways,
                     write_allocation(plan).factor};
    if (!plan.hierarchy || plan.hierarchy->spec.policy != LlcPolicy::exclusive) return cache;
    cache.capacity_bytes += private_bytes(plan.hierarchy->spec);
    // The number of sets stays that of the last level.
    cache.ways = static_cast<std::uint32_t>(cache.capacity_bytes / (plan.cache.geometry.sets() * cache.line_bytes));
    return cache;
}

Modelled<ClosedForm> expected_traffic(const RunPlan& plan, const Experiment& experiment,
                                      std::span<const StepChange> changes, LoopKind loop, CopyMethod copy) {
    if (std::string why = why_no_closed_form(plan); !why.empty())
        return tl::unexpected(Unmodelled{std::move(why), "use the simulator (--collector sim)"});
    const auto traffic = describe_traffic(described(plan, loop, changes, copy));
    if (!traffic) return tl::unexpected(traffic.error());
    return traffic_of(plan, *traffic, expected_cache(plan),
                      {experiment.trace.warmup_steps, changes.size() - experiment.trace.warmup_steps, false});
}

Modelled<Crossover> expected_crossover(const RunPlan& plan) {
    if (!plan.ceilings)
        return tl::unexpected(Unmodelled{plan.no_ceilings.empty() ? "no calibration of this host" : plan.no_ceilings,
                                         "run bytebound calibrate"});
    return crossover_under(plan, *plan.ceilings);
}

ExpectedRecord expected_record(const RunPlan& plan) {
    ExpectedRecord record;
    record.cache = expected_cache(plan);
    record.write_allocate_source = write_allocation(plan).source;
    if (const auto crossover = expected_crossover(plan); crossover) {
        record.crossover = *crossover;
        put_interval(record, plan);
    } else {
        record.crossover_reason = crossover.error().reason + "; " + crossover.error().remedy;
    }
    return record;
}

Result<void> settle_tau(RunPlan& plan) {
    if (!plan.options.adaptive_tau) return {};
    const auto crossover = expected_crossover(plan);
    if (!crossover)
        return fail(
            {ExitCode::not_possible, "plan", "--tau adaptive", crossover.error().reason, crossover.error().remedy});
    plan.options.tau = crossover->tau;
    return {};
}

} // namespace bytebound
