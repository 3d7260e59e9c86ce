#include "render/reports/roofline_json.hpp"

#include "catalogue/metrics.hpp"
#include "figures/ceilings.hpp"
#include "figures/number.hpp"
#include "figures/roofline.hpp"
#include "io/json.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

Json bandwidth_json(const SummaryRow& row, std::string_view metric) {
    const Figure* figure = row.find(metric);
    if (figure == nullptr) return nullptr;
    const auto scaled = [](const std::optional<double>& gbps) {
        return gbps ? json_number(*gbps * giga) : Json(nullptr);
    };
    return {{"bytes_per_second", json_number(figure->value() * giga)},
            {"ci_low", scaled(figure->estimate.ci_low)},
            {"ci_high", scaled(figure->estimate.ci_high)},
            {"n", figure->estimate.n},
            {"tier", name_of(figure->tier)},
            {"source", figure->source}};
}

Json point_json(const RooflinePoint& point) {
    Json unavailable = Json::object();
    for (const std::string_view metric : {metric_name::requested_gbps, metric_name::dram_gbps,
                                          metric_name::requested_bytes, metric_name::metadata_bytes}) {
        const auto reason = point.row->unavailable.find(metric);
        if (reason != point.row->unavailable.end()) unavailable[std::string(metric)] = reason->second;
    }
    return {{"loop", point.row->loop},
            {"k", point.row->k},
            {"working_set_bytes", json_number(point.working_set_bytes)},
            {"requested", bandwidth_json(*point.row, metric_name::requested_gbps)},
            {"dram", bandwidth_json(*point.row, metric_name::dram_gbps)},
            {"unavailable", std::move(unavailable)}};
}

Json level_json(const Ceilings& ceilings, const LevelSpan& span) {
    Json list = Json::array();
    for (const Ceiling& each : ceilings.ceilings)
        if (each.level == span.level)
            list.push_back({{"kernel", name_of(each.kernel)},
                            {"row_bytes", copies_rows(each.kernel) ? Json(each.row_bytes) : Json(nullptr)},
                            {"bytes_per_second", json_number(each.bytes_per_second)},
                            {"ci_low", json_number(each.ci_low)},
                            {"ci_high", json_number(each.ci_high)},
                            {"n", each.n},
                            {"small_buffers", each.small_buffers}});
    return {{"level", name_of(span.level)},
            {"from_bytes", span.from_bytes},
            {"to_bytes", span.to_bytes ? Json(*span.to_bytes) : Json(nullptr)},
            {"ceilings", std::move(list)}};
}

/// For every level, the operational intensity above which the peak is the limit: peak divided by read bandwidth.
Json ridges_json(const Ceilings& ceilings, const ComputeCeiling& peak) {
    Json ridges = Json::array();
    for (const Ceiling& each : ceilings.ceilings)
        if (each.kernel == StreamKernel::read)
            ridges.push_back({{"level", name_of(each.level)},
                              {"flops_per_byte", json_number(peak.flops_per_second / each.bytes_per_second)}});
    return ridges;
}

Json compute_json(const Ceilings& ceilings) {
    Json out = Json::array();
    for (const ComputeCeiling& each : ceilings.compute)
        out.push_back({{"dtype", each.dtype},
                       {"isa", each.isa},
                       {"flops_per_second", json_number(each.flops_per_second)},
                       {"ci_low", json_number(each.ci_low)},
                       {"ci_high", json_number(each.ci_high)},
                       {"n", each.n},
                       {"ridges", ridges_json(ceilings, each)}});
    return out;
}

} // namespace

Json roofline_json(const RunRecord& run, const Summary& summary) {
    Json points = Json::array(), levels = Json::array(), compute = Json::array();
    for (const RooflinePoint& point : roofline_points(summary))
        points.push_back(point_json(point));
    if (const auto ceilings = ceilings_of_team(run)) {
        for (const LevelSpan& span : level_spans(*ceilings))
            levels.push_back(level_json(*ceilings, span));
        compute = compute_json(*ceilings);
    }
    return {{"row_bytes", run.workload.layout.row_bytes()},
            {"threads", run.workload.threads},
            {"footprint_bytes", footprint_bytes(run)},
            {"points", std::move(points)},
            {"levels", std::move(levels)},
            {"compute", std::move(compute)},
            {"reason", run.calibration ? Json(nullptr) : Json(why_no_ceilings(run))}};
}

} // namespace bytebound
