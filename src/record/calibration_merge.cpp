#include "record/calibration_merge.hpp"

#include <algorithm>
#include <tuple>

namespace bytebound {
namespace {

/// How far an interval reaches from its value, on the farther side, as a fraction of it.
double reach(double low, double value, double high) { return std::max(high - value, value - low) / value; }

/// The smaller, the better. Of equal ones the fresh one stays.
std::pair<bool, double> rank_of(const Ceiling& c) {
    return {c.small_buffers, reach(c.ci_low, c.bytes_per_second, c.ci_high)};
}
std::pair<bool, double> rank_of(const ComputeCeiling& c) {
    return {false, reach(c.ci_low, c.flops_per_second, c.ci_high)};
}
std::pair<bool, double> rank_of(const WriteAllocateFactor& f) {
    return {!f.measured, f.measured ? *f.ci_high - *f.ci_low : 0};
}

auto key_of(const Ceiling& c) { return std::tuple(c.kernel, c.level, c.threads, c.row_bytes); }
auto key_of(const ComputeCeiling& c) { return std::tuple(c.dtype, c.isa, c.threads); }
auto key_of(const WriteAllocateFactor& f) { return std::tuple(f.kernel, f.threads, f.row_bytes); }

template <class Each>
void keep_better(std::vector<Each>& fresh, const std::vector<Each>& saved, const std::string& saved_date) {
    for (const Each& old : saved) {
        const auto at =
            std::find_if(fresh.begin(), fresh.end(), [&](const Each& each) { return key_of(each) == key_of(old); });
        if (at != fresh.end() && rank_of(*at) <= rank_of(old)) continue;
        Each kept = old;
        if (kept.date.empty()) kept.date = saved_date;
        if (at == fresh.end())
            fresh.push_back(std::move(kept));
        else
            *at = std::move(kept);
    }
}

template <class Each>
bool uses(const std::vector<Each>& figures, const std::string& date) {
    return std::any_of(figures.begin(), figures.end(), [&](const Each& each) { return each.date == date; });
}

bool same_memory(const Placement& a, const Placement& b) {
    return a.policy == b.policy && (a.policy == MemoryPolicy::local || a.nodes == b.nodes);
}

/// One list is the beginning of the other.
bool same_order(const std::vector<int>& a, const std::vector<int>& b) {
    return std::equal(a.begin(), a.begin() + std::ptrdiff_t(std::min(a.size(), b.size())), b.begin());
}

/// A cache of the smaller placement has the same size in the larger one.
bool same_caches(const std::vector<CacheInfo>& a, const std::vector<CacheInfo>& b) {
    return std::all_of(a.begin(), a.end(),
                       [&](const CacheInfo& cache) { return std::find(b.begin(), b.end(), cache) != b.end(); });
}

void add_threads(CalibrationRecord& fresh, const CalibrationRecord& saved) {
    for (const LevelCapacity& each : saved.ceilings.capacities)
        if (std::find(fresh.threads.begin(), fresh.threads.end(), each.threads) == fresh.threads.end())
            fresh.ceilings.capacities.push_back(each);
    for (const CeilingAbsence& each : saved.absent)
        if (std::find(fresh.absent.begin(), fresh.absent.end(), each) == fresh.absent.end())
            fresh.absent.push_back(each);
    std::vector<std::uint32_t> threads;
    std::set_union(fresh.threads.begin(), fresh.threads.end(), saved.threads.begin(), saved.threads.end(),
                   std::back_inserter(threads));
    fresh.threads = std::move(threads);
    if (saved.placement.cpus.size() <= fresh.placement.cpus.size()) return;
    fresh.placement = saved.placement;
    fresh.caches = saved.caches;
}

/// One entry a date. Dates are in seconds, and two calibrations may end in the same one.
void add_kept(CalibrationRecord& fresh, const CalibrationRecord& saved) {
    std::vector<KeptCalibration> all = saved.kept;
    all.push_back({saved.measured, saved.version, saved.git_revision, saved.command, saved.quick, saved.rounds});
    for (KeptCalibration& each : all) {
        const bool listed = std::any_of(fresh.kept.begin(), fresh.kept.end(),
                                        [&](const KeptCalibration& other) { return other.measured == each.measured; });
        if (!listed &&
            (uses(fresh.ceilings.ceilings, each.measured) || uses(fresh.ceilings.write_allocate, each.measured) ||
             uses(fresh.ceilings.compute, each.measured)))
            fresh.kept.push_back(std::move(each));
    }
}

} // namespace

bool can_merge(const CalibrationRecord& fresh, const CalibrationRecord& saved) {
    const bool more = saved.placement.cpus.size() > fresh.placement.cpus.size();
    return fresh.host == saved.host && same_memory(fresh.placement, saved.placement) &&
           same_order(fresh.placement.cpus, saved.placement.cpus) && fresh.isa == saved.isa &&
           fresh.version == saved.version &&
           (more ? same_caches(fresh.caches, saved.caches) : same_caches(saved.caches, fresh.caches));
}

CalibrationRecord merged(CalibrationRecord fresh, const CalibrationRecord& saved) {
    keep_better(fresh.ceilings.ceilings, saved.ceilings.ceilings, saved.measured);
    keep_better(fresh.ceilings.write_allocate, saved.ceilings.write_allocate, saved.measured);
    keep_better(fresh.ceilings.compute, saved.ceilings.compute, saved.measured);
    add_threads(fresh, saved);
    add_kept(fresh, saved);
    return fresh;
}

} // namespace bytebound
