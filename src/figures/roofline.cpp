#include "figures/roofline.hpp"

#include <algorithm>

#include "catalogue/metrics.hpp"

namespace bytebound {

std::vector<RooflinePoint> roofline_points(const Summary& summary) {
    std::vector<RooflinePoint> points;
    for (const SummaryRow& row : summary.rows) {
        RooflinePoint point{&row, {}};
        const Figure *requested = row.find(metric_name::requested_bytes),
                     *metadata = row.find(metric_name::metadata_bytes);
        if (requested != nullptr && metadata != nullptr)
            point.working_set_bytes = requested->value() + metadata->value();
        points.push_back(point);
    }
    return points;
}

std::uint64_t footprint_bytes(const RunRecord& run) {
    const WorkloadRecord& w = run.workload;
    return (std::uint64_t{w.spec.pool_rows} + w.spec.active_rows) * w.layout.row_bytes();
}

std::optional<Ceilings> ceilings_of_team(const RunRecord& run) {
    if (!run.calibration) return std::nullopt;
    Ceilings out = run.calibration->ceilings;
    const auto foreign = [&](const auto& each) { return each.threads != run.workload.threads; };
    std::erase_if(out.ceilings, foreign);
    std::erase_if(out.write_allocate, foreign);
    std::erase_if(out.compute, foreign);
    std::erase_if(out.capacities, foreign);
    return out;
}

std::vector<LevelSpan> level_spans(const Ceilings& ceilings) {
    std::vector<LevelSpan> spans;
    std::uint64_t from = 0;
    for (const MemoryLevel level : {MemoryLevel::l1, MemoryLevel::l2, MemoryLevel::llc}) {
        const auto at = std::find_if(ceilings.capacities.begin(), ceilings.capacities.end(),
                                     [&](const LevelCapacity& each) { return each.level == level; });
        if (at == ceilings.capacities.end()) continue;
        spans.push_back({level, from, at->bytes});
        from = at->bytes;
    }
    spans.push_back({MemoryLevel::memory, from, std::nullopt});
    return spans;
}

} // namespace bytebound
