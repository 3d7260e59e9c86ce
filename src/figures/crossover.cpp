#include "figures/crossover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "catalogue/metrics.hpp"
#include "figures/summary.hpp"
#include "stats/regression.hpp"

namespace bytebound {
namespace {

struct Curve {
    std::vector<RatioPoint> value;
    std::vector<double> paired_wins, index_wins; ///< the ks whose whole interval is on one side of 1
};

/// Ratio of index's time_ns to paired's, by ascending k.
Curve measured_curve(const Summary& summary) {
    Curve curve;
    std::vector<std::uint32_t> ks = summary.ks();
    std::sort(ks.begin(), ks.end());
    for (const std::uint32_t k : ks) {
        const Comparison* found = summary.compare(k, "paired", "index", metric_name::time_ns);
        if (k == 0 || found == nullptr) continue;
        curve.value.push_back({static_cast<double>(k), found->ratio.ratio});
        if (found->ratio.ci_low && *found->ratio.ci_low > 1) curve.paired_wins.push_back(k);
        if (found->ratio.ci_high && *found->ratio.ci_high < 1) curve.index_wins.push_back(k);
    }
    return curve;
}

/// How the curve bends between two ks is not known: of the crossing only is known that it is above the ks at which
/// paired is significantly faster, and below those at which index is.
void put_interval(CrossoverPoint& point, const Curve& curve) {
    if (!curve.paired_wins.empty()) point.ci_low = curve.paired_wins.back();
    if (!curve.index_wins.empty()) point.ci_high = curve.index_wins.front();
}

CrossoverPoint measured_point(const Curve& curve) {
    CrossoverPoint point;
    point.basis = fmt::format("time_ns, index / paired at {} ks", curve.value.size());
    const auto above = [](const RatioPoint& each) { return each.ratio > 1; };
    if (std::all_of(curve.value.begin(), curve.value.end(), above)) {
        point.reason = fmt::format("paired is faster at every k of the run, up to {:.0f}", curve.value.back().x);
    } else if (std::none_of(curve.value.begin(), curve.value.end(), above)) {
        point.reason = fmt::format("index is faster at every k of the run, from {:.0f} on", curve.value.front().x);
    } else if (!std::is_partitioned(curve.value.begin(), curve.value.end(), above)) {
        point.reason = "the faster loop changes more than once over the ks of the run";
    } else {
        point.k = falls_to_one(curve.value).front();
        put_interval(point, curve);
    }
    return point;
}

CrossoverPoint modelled_point(const RunRecord& run) {
    CrossoverPoint point;
    point.tier = Tier::computed;
    if (!run.expected || !run.expected->crossover) {
        point.reason = run.expected ? run.expected->crossover_reason : "this run predicted none";
        return point;
    }
    const ExpectedRecord& expected = *run.expected;
    point.basis = "closed-form traffic with the ceilings of the calibration";
    const auto end = [](std::optional<std::uint32_t> k) { return k ? std::optional<double>(*k) : std::nullopt; };
    point.k = end(expected.crossover->k);
    point.ci_low = end(expected.k_low);
    point.ci_high = end(expected.k_high);
    if (!point.k)
        point.reason = fmt::format("paired is expected to be faster at every k, up to {}", expected.crossover->k_most);
    return point;
}

/// Why the model's k* cannot replace a missing measured one: at that k, the run measured the other loop as faster.
std::string contradiction(const Curve& curve, double k) {
    const RatioPoint &first = curve.value.front(), &last = curve.value.back();
    const bool paired_wins = first.ratio > 1 && last.ratio > 1 && k > last.x;
    const bool index_wins = first.ratio <= 1 && last.ratio <= 1 && k <= first.x;
    if (paired_wins || index_wins) return {};
    return fmt::format("the model's k* = {:.0f} contradicts what was measured", k);
}

void put_tau(CrossoverSummary& out, const Curve& curve, std::uint32_t active_rows) {
    if (active_rows == 0) return;
    if (!out.measured.k && out.modelled.k) out.tau_reason = contradiction(curve, *out.modelled.k);
    if (!out.measured.k && !out.modelled.k) out.tau_reason = "k* was neither measured nor modelled";
    if (!out.tau_reason.empty()) return;
    const CrossoverPoint& point = out.measured.k ? out.measured : out.modelled;
    // The model's k* is the first k that should rebuild, and hybrid rebuilds above tau * m (model/predict.hpp).
    const double below = out.measured.k ? 0 : 0.5;
    const auto share = [&](std::optional<double> k) {
        return k ? std::optional((*k - below) / active_rows) : std::nullopt;
    };
    out.tau = share(point.k);
    out.tau_low = share(point.ci_low);
    out.tau_high = share(point.ci_high);
    out.tau_basis = out.measured.k ? "measured" : "modelled";
}

} // namespace

std::optional<CrossoverSummary> crossover(const RunRecord& run, const Summary& summary) {
    const Curve curve = measured_curve(summary);
    if (curve.value.empty()) return std::nullopt;
    CrossoverSummary out;
    out.measured = measured_point(curve);
    out.modelled = modelled_point(run);
    put_tau(out, curve, run.workload.spec.active_rows);
    return out;
}

} // namespace bytebound
