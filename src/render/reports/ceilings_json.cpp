#include "render/reports/ceilings_json.hpp"

#include "io/json.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

Json factor_json(const std::optional<WriteAllocateFactor>& factor) {
    if (!factor) return nullptr;
    return {{"factor", json_number(factor->factor)},
            {"ci_low", json_number(factor->ci_low)},
            {"ci_high", json_number(factor->ci_high)},
            {"measured", factor->measured},
            {"source", factor->source}};
}

/// Null for a ceiling that was not measured, represented by 0.
Json gbps(double value) { return value > 0 ? json_number(value) : Json(nullptr); }

Json share_json(const CeilingShare& share) {
    return {{"metric", share.metric},
            {"level", name_of(share.level)},
            {"kernel", name_of(share.kernel)},
            {"threads", share.threads},
            {"percent", json_number(share.percent)},
            {"ci_low", json_number(share.ci_low)},
            {"ci_high", json_number(share.ci_high)},
            {"ceiling_gbps", gbps(share.ceiling_gbps)},
            {"ceiling_ci_low", gbps(share.ceiling_low)},
            {"ceiling_ci_high", gbps(share.ceiling_high)},
            {"ceiling_n", share.ceiling_n},
            {"small_buffers", share.small_buffers},
            {"date", json_text(share.date)},
            {"served_from", share.served_from ? Json(name_of(*share.served_from)) : Json(nullptr)},
            {"write_allocate", factor_json(share.write_allocate)},
            {"tier", share.percent ? Json(name_of(share.tier)) : Json(nullptr)},
            {"source", share.percent ? Json(share.source) : Json(nullptr)},
            {"reason", json_text(share.reason)}};
}

} // namespace

Json ceilings_json(const SummaryRow& row) {
    if (row.ceilings.empty()) return nullptr;
    Json out = Json::array();
    for (const CeilingShare& share : row.ceilings)
        out.push_back(share_json(share));
    return out;
}

} // namespace bytebound
