#include "render/reports/ledger_json.hpp"

#include "io/json.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

Json parts_json(const LedgerParts& parts) {
    return {{"cold_reads", json_number(parts.cold_reads)},  {"write_allocate", json_number(parts.write_allocate)},
            {"write_back", json_number(parts.write_back)},  {"refetch", json_number(parts.refetch)},
            {"metadata", json_number(parts.metadata)},      {"background", json_number(parts.background)},
            {"unexplained", json_number(parts.unexplained)}};
}

Json share_of(double part, double whole) { return whole == 0 ? Json(nullptr) : json_number(part / whole); }

Json source_json(const LedgerSource& source) {
    return {{"source", source.source},
            {"tier", name_of(source.tier)},
            {"measured", json_number(source.measured)},
            {"background", json_number(source.background)},
            {"unexplained", json_number(source.unexplained)},
            {"unexplained_share", share_of(source.unexplained, source.measured)}};
}

Json point_json(const CrossoverPoint& point) {
    return {
        {"k", json_number(point.k)},   {"ci_low", json_number(point.ci_low)}, {"ci_high", json_number(point.ci_high)},
        {"tier", name_of(point.tier)}, {"basis", json_text(point.basis)},     {"reason", json_text(point.reason)}};
}

std::optional<double> end_of(double value, std::optional<double> margin, double sign) {
    return margin ? std::optional(value + sign * *margin) : std::nullopt;
}

} // namespace

Json ledger_json(const SummaryRow& row) {
    if (!row.ledger) return nullptr;
    const Ledger& ledger = *row.ledger;
    Json sources = Json::array();
    for (const LedgerSource& source : ledger.sources)
        sources.push_back(source_json(source));
    Json out = {{"source", ledger.metric},
                {"bound", json_number(ledger.bound)},
                {"minimum", json_number(ledger.minimum)},
                {"requested", json_number(ledger.requested())},
                {"requested_load", json_number(ledger.requested_load)},
                {"requested_store", json_number(ledger.requested_store)},
                {"model", ledger.model},
                {"modelled", json_number(ledger.modelled)},
                {"measured", json_number(ledger.measured)},
                {"measured_by", ledger.source},
                {"tier", name_of(ledger.tier)},
                {"parts", parts_json(ledger.parts)},
                {"unexplained_share", share_of(ledger.parts.unexplained, ledger.measured)},
                {"deferred", json_number(ledger.deferred)}};
    if (!ledger.deferred_reason.empty()) out["deferred_reason"] = ledger.deferred_reason;
    out["sources"] = std::move(sources);
    return out;
}

Json regressions_json(const Summary& summary) {
    Json out = Json::array();
    for (const Regression& line : summary.regressions) {
        Json residuals = Json::array();
        for (std::size_t i = 0; i < line.ks.size(); ++i)
            residuals.push_back({{"k", line.ks[i]}, {"bytes", json_number(line.fit.residuals[i])}});
        out.push_back({{"loop", line.loop},
                       {"y", line.y},
                       {"x", line.x},
                       {"source", line.source},
                       {"tier", name_of(line.tier)},
                       {"n", line.ks.size()},
                       {"slope", json_number(line.fit.slope)},
                       {"slope_ci_low", json_number(end_of(line.fit.slope, line.fit.slope_margin, -1))},
                       {"slope_ci_high", json_number(end_of(line.fit.slope, line.fit.slope_margin, 1))},
                       {"intercept", json_number(line.fit.intercept)},
                       {"intercept_ci_low", json_number(end_of(line.fit.intercept, line.fit.intercept_margin, -1))},
                       {"intercept_ci_high", json_number(end_of(line.fit.intercept, line.fit.intercept_margin, 1))},
                       {"theory", json_number(line.theory)},
                       {"theory_reason", json_text(line.theory_reason)},
                       {"residuals", std::move(residuals)}});
    }
    return out;
}

Json crossover_json(const Summary& summary) {
    if (!summary.crossover) return nullptr;
    const CrossoverSummary& crossover = *summary.crossover;
    return {{"loop", "paired"},
            {"vs", "index"},
            {"measured", point_json(crossover.measured)},
            {"modelled", point_json(crossover.modelled)},
            {"recommended_tau",
             {{"value", json_number(crossover.tau)},
              {"ci_low", json_number(crossover.tau_low)},
              {"ci_high", json_number(crossover.tau_high)},
              {"basis", json_text(crossover.tau_basis)},
              {"reason", json_text(crossover.tau_reason)}}}};
}

} // namespace bytebound
