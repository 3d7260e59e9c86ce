#include "figures/comparisons.hpp"

#include <cmath>

#include "catalogue/compared_loops.hpp"
#include "catalogue/metrics.hpp"
#include "figures/claims.hpp"

namespace bytebound {
namespace {

std::optional<Comparison> comparison(const ComparedRow& loop, const ComparedRow& vs, const MetricEntry& metric,
                                     double same_within) {
    const Figure* ours = loop.row.find(metric.name);
    const Figure* theirs = vs.row.find(metric.name);
    if (ours == nullptr || theirs == nullptr || ours->value() == 0 || theirs->value() == 0) return std::nullopt;
    if (ours->source != theirs->source) return std::nullopt; // figures from different sources are not comparable
    Comparison out;
    out.k = loop.row.k;
    out.loop = loop.row.loop;
    out.vs = vs.row.loop;
    out.metric = metric.name;
    out.same_within = same_within;
    const Tier tier = combine(ours->tier, theirs->tier);
    const auto [a, b] = common_steps(loop.published.find(metric.name)->second, vs.published.find(metric.name)->second);
    const auto ratio =
        tier == Tier::computed ? compare_points(a, b, metric.stat) : bytebound::compare(a, b, metric.stat);
    if (!ratio || !std::isfinite(ratio->ratio) || ratio->ratio <= 0) return std::nullopt;
    out.ratio = *ratio;
    out.verdict = tier == Tier::computed ? judge_by_value(*ratio) : judge(*ratio, same_within);
    out.claim = claim_text(out, tier);
    if (!ours->unqualified.empty() || !theirs->unqualified.empty()) out.claim += " (unqualified counter)";
    return out;
}

void adjust_p_values(std::vector<Comparison>& comparisons) {
    std::vector<Comparison*> tested;
    std::vector<double> p_values;
    for (Comparison& each : comparisons) {
        if (!each.ratio.p_value) continue;
        tested.push_back(&each);
        p_values.push_back(*each.ratio.p_value);
    }
    const std::vector<double> adjusted = holm_adjusted(p_values);
    for (std::size_t i = 0; i < tested.size(); ++i)
        tested[i]->p_adjusted = adjusted[i];
}

} // namespace

void put_comparisons(Summary& summary, const std::vector<ComparedRow>& rows) {
    for (const std::uint32_t k : summary.ks()) {
        std::vector<const ComparedRow*> here;
        for (const ComparedRow& row : rows) {
            if (row.row.k == k) here.push_back(&row);
        }
        std::vector<std::string_view> names;
        for (const ComparedRow* row : here)
            names.push_back(row->row.loop);
        const bool loops = summary.subject == Subject::loops;
        for (const LoopPair& pair : loops ? compared_loops(names) : compared_with_first(names.size()))
            for (const MetricEntry* metric : loops ? compared_metrics() : compared_metrics_of_programs())
                if (auto found = comparison(*here[pair.loop], *here[pair.vs], *metric, summary.same_within))
                    summary.comparisons.push_back(*found);
    }
    adjust_p_values(summary.comparisons);
}

} // namespace bytebound
