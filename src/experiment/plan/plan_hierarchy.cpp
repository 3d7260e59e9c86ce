#include "experiment/plan/plan_hierarchy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

/// Memory of a replayed team per row and part of a row of a step (TeamObserver).
constexpr double share_bytes = 48;

Failure not_of_llc(const std::string& option) {
    return fail({ExitCode::usage, "plan", option, "the cache model llc has neither private levels nor a prefetcher",
                 "give --cache-model non-inclusive, inclusive, exclusive or victim"});
}

const CacheInfo* data_cache(const Machine& machine, int level, int cpu) {
    const auto found = std::find_if(machine.caches.begin(), machine.caches.end(), [&](const CacheInfo& cache) {
        return cache.level == level && cache.type != "Instruction" &&
               std::find(cache.cpus.begin(), cache.cpus.end(), cpu) != cache.cpus.end();
    });
    return found == machine.caches.end() ? nullptr : &*found;
}

/// The machine's own level, if it is known, is not the last one, and has the LLC's line size.
std::optional<CacheGeometry> own_level(const RunPlan& plan, const Machine& machine, int level, std::string& source) {
    const int cpu = plan.placement.cpus.empty() ? 0 : plan.placement.cpus.front();
    const CacheInfo* cache = data_cache(machine, level, cpu);
    const std::vector<CacheInfo> last = machine.last_level_caches({cpu});
    if (cache == nullptr || (!last.empty() && last.front().level <= level)) return {};
    const CacheGeometry geometry{cache->size_bytes.value_or(0), cache->ways.value_or(0), cache->line_bytes.value_or(0)};
    if (!check(geometry) || geometry.line_bytes != plan.cache.geometry.line_bytes) return {};
    source = cache->origin;
    return geometry;
}

std::optional<CacheGeometry> plan_level(RunPlan& plan, const Machine& machine, int level,
                                        const PrivateLevelChoice& choice, std::string& source) {
    const std::string option = fmt::format("--l{}", level);
    if (!choice.given) {
        const auto own = own_level(plan, machine, level, source);
        if (!own) plan.warnings.push_back(warnings::private_level_unknown(level));
        return own;
    }
    if (!choice.geometry) return {};
    source = option;
    CacheGeometry geometry = *choice.geometry;
    geometry.line_bytes = plan.cache.geometry.line_bytes; // SIZE:WAYS does not include it
    return geometry;
}

std::string level_text(std::string_view name, const CacheGeometry& geometry, const std::string& source) {
    return fmt::format("{} {} {} ways ({})", name, format_size(static_cast<double>(geometry.size_bytes)), geometry.ways,
                       source);
}

} // namespace

Result<void> plan_hierarchy(RunPlan& plan, const Machine& machine) {
    const RunOptions& o = plan.options;
    if (!o.cache_model) {
        if (o.l1.given) return not_of_llc("--l1");
        if (o.l2.given) return not_of_llc("--l2");
        if (o.prefetch != Prefetch::none) return not_of_llc("--prefetch " + std::string(name_of(o.prefetch)));
        return {};
    }
    HierarchyRecord planned;
    planned.spec = {{}, {}, plan.cache.geometry, *o.cache_model, o.prefetch, o.threads};
    planned.spec.l1 = plan_level(plan, machine, 1, o.l1, planned.l1_source);
    planned.spec.l2 = plan_level(plan, machine, 2, o.l2, planned.l2_source);
    TRY(check(planned.spec));
    if (planned.spec.l1 && planned.spec.l2 && planned.spec.l1->size_bytes > planned.spec.l2->size_bytes)
        plan.warnings.push_back(warnings::l1_above_l2(planned.spec.l1->size_bytes, planned.spec.l2->size_bytes));
    plan.hierarchy = planned;
    return {};
}

double hierarchy_bytes(const RunPlan& plan, double arena) {
    const HierarchySpec& spec = plan.hierarchy->spec;
    const double tables = HierarchySim::memory_bytes(spec, arena / spec.llc.line_bytes);
    if (spec.workers == 1) return tables;
    return tables + share_bytes * plan.options.workload.pool_rows * static_cast<double>(plan.layout.groups.size() + 1);
}

std::vector<std::string> describe_hierarchy(const RunPlan& plan) {
    if (!plan.hierarchy) return {};
    const HierarchyRecord& planned = *plan.hierarchy;
    std::vector<std::string> levels;
    if (planned.spec.l1) levels.push_back(level_text("L1", *planned.spec.l1, planned.l1_source));
    if (planned.spec.l2) levels.push_back(level_text("L2", *planned.spec.l2, planned.l2_source));
    if (levels.empty()) levels.emplace_back("no private level");
    return {fmt::format("hierarchy  {} LLC below {}; prefetch {}; workers {}", name_of(planned.spec.policy),
                        join(levels, ", "), name_of(planned.spec.prefetch), planned.spec.workers)};
}

} // namespace bytebound
