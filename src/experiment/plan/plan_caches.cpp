// The caches of a plan: the simulated one, and those that sweep and warm-up must fill.

#include <algorithm>
#include <cassert>

#include "experiment/plan/modelled_cache.hpp"
#include "experiment/plan/plan_parts.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t assumed_llc_bytes = std::uint64_t{32} << 20;
constexpr std::uint32_t assumed_ways = 16;
constexpr std::uint32_t assumed_line_bytes = 64;

GeometryOrigin origin_of(const CacheInfo& cache) {
    const auto origin = geometry_origin_named(cache.origin);
    assert(origin); // either sysfs or hwloc
    return *origin;
}

/// A line length, and who states it.
struct LineLength {
    std::uint32_t bytes = assumed_line_bytes;
    GeometryOrigin origin = GeometryOrigin::assumed;
};

/// That of the LLC, or of the outermost cache of the chosen CPUs that states one. POWER9's sysfs states it for L1 only.
LineLength own_line(const Machine& machine, const std::vector<int>& cpus, const std::vector<CacheInfo>& last_levels) {
    const CacheInfo* outermost = nullptr;
    const auto consider = [&](const CacheInfo& cache) {
        if (!is_line_length(cache.line_bytes.value_or(0))) return;
        if (outermost == nullptr || cache.level > outermost->level) outermost = &cache;
    };
    for (const CacheInfo& cache : last_levels)
        consider(cache);
    for (const CacheInfo& cache : machine.caches) {
        const bool serves = std::any_of(cpus.begin(), cpus.end(), [&](int cpu) {
            return std::find(cache.cpus.begin(), cache.cpus.end(), cpu) != cache.cpus.end();
        });
        if (serves && cache.type != "Instruction") consider(cache);
    }
    return outermost == nullptr ? LineLength{} : LineLength{*outermost->line_bytes, origin_of(*outermost)};
}

/// The last-level caches that the chosen CPUs use, treated as one, and the origin of that information.
struct ReachedCache {
    CacheGeometry geometry;
    GeometryOrigin origin = GeometryOrigin::assumed;
    std::vector<Warning> warnings;
};

ReachedCache reached_cache(const std::vector<CacheInfo>& reached, std::uint64_t total, const LineLength& line) {
    ReachedCache cache{{assumed_llc_bytes, assumed_ways, line.bytes}, GeometryOrigin::assumed, {}};
    if (reached.empty()) {
        cache.warnings.push_back(warnings::llc_unknown(assumed_llc_bytes));
        return cache;
    }
    if (line.origin == GeometryOrigin::assumed)
        cache.warnings.push_back(warnings::llc_line_assumed(line.bytes));
    else
        cache.origin = origin_of(reached[0]);
    cache.geometry = {total, reached[0].ways.value_or(0), line.bytes};
    if (check(cache.geometry)) return cache;
    cache.origin = GeometryOrigin::assumed;
    cache.geometry.ways = assumed_ways;
    const std::uint64_t way = std::uint64_t{assumed_ways} * cache.geometry.line_bytes;
    cache.geometry.size_bytes = std::max<std::uint64_t>(total / way, 1) * way;
    cache.warnings.push_back(warnings::llc_ways_assumed(total, assumed_ways));
    return cache;
}

/// The cache of --llc. Its line is the machine's unless it is given.
Result<CacheChoice> chosen_cache(const CacheGeometry& given, const LineLength& line, std::vector<Warning>& warnings) {
    CacheChoice choice{given, GeometryOrigin::option, {}, GeometryOrigin::option};
    if (given.line_bytes == 0) {
        choice.geometry.line_bytes = line.bytes;
        choice.line_origin = line.origin;
        if (line.origin == GeometryOrigin::assumed) warnings.push_back(warnings::llc_line_assumed(line.bytes));
    }
    TRY(check(choice.geometry));
    return choice;
}

} // namespace

Result<void> plan_caches(RunPlan& plan, const Machine& machine) {
    const std::vector<CacheInfo> reached = machine.last_level_caches(plan.placement.cpus);
    std::uint64_t total = 0, largest = 0;
    for (const CacheInfo& cache : reached) {
        total += *cache.size_bytes;
        largest = std::max(largest, *cache.size_bytes);
    }
    plan.sweep_bytes = 4 * (reached.empty() ? assumed_llc_bytes : largest);
    plan.warm_bytes = reached.empty() ? assumed_llc_bytes : total;
    const LineLength line = own_line(machine, plan.placement.cpus, reached);
    const ReachedCache host = reached_cache(reached, total, line);
    plan.host_geometry = host.geometry;
    if (plan.options.llc) {
        plan.cache = TRY(chosen_cache(*plan.options.llc, line, plan.warnings));
        if (reached.empty()) plan.warnings.push_back(warnings::llc_unknown_when_timed(assumed_llc_bytes));
        // The phases that are timed must not become colder by a model of a smaller cache.
        plan.warm_bytes = std::max(plan.warm_bytes, plan.cache.geometry.size_bytes);
    } else {
        plan.cache = {host.geometry, host.origin, {}, line.origin};
        plan.warnings.insert(plan.warnings.end(), host.warnings.begin(), host.warnings.end());
    }
    if (!reached.empty()) plan.cache.is_host = plan.cache.geometry == host.geometry;
    return {};
}

Result<CacheChoice> modelled_cache(const Machine& machine, const std::vector<int>& cpus,
                                   const std::optional<CacheGeometry>& llc, std::vector<Warning>& warnings) {
    RunPlan plan;
    plan.placement.cpus = cpus;
    plan.options.llc = llc;
    TRY(plan_caches(plan, machine));
    warnings.insert(warnings.end(), plan.warnings.begin(), plan.warnings.end());
    return plan.cache;
}

} // namespace bytebound
