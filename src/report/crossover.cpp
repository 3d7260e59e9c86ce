#include "report/crossover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/summary.hpp"
#include "stats/regression.hpp"

namespace bytebound {
namespace {

struct Curve {
    std::vector<RatioPoint> value, low, high;
};

/// time_ns of index over that of paired, by ascending k.
Curve measured_curve(const Summary& summary) {
    Curve curve;
    std::vector<std::uint32_t> ks = summary.ks();
    std::sort(ks.begin(), ks.end());
    for (const std::uint32_t k : ks) {
        const Comparison* found = summary.compare(k, "paired", "index", "time_ns");
        if (k == 0 || found == nullptr) continue;
        curve.value.push_back({static_cast<double>(k), found->ratio.ratio});
        if (found->ratio.ci_low && found->ratio.ci_high) {
            curve.low.push_back({static_cast<double>(k), *found->ratio.ci_low});
            curve.high.push_back({static_cast<double>(k), *found->ratio.ci_high});
        }
    }
    return curve;
}

CrossoverPoint measured_point(const Curve& curve) {
    CrossoverPoint point;
    point.basis = fmt::format("time_ns, index / paired at {} ks", curve.value.size());
    point.k = falls_to_one(curve.value);
    if (point.k) {
        point.ci_low = falls_to_one(curve.low);
        point.ci_high = falls_to_one(curve.high);
        return point;
    }
    const auto above = [](const RatioPoint& each) { return each.ratio > 1; };
    if (std::all_of(curve.value.begin(), curve.value.end(), above))
        point.reason = fmt::format("paired is faster at every k of the run, up to {:g}", curve.value.back().x);
    else
        point.reason = fmt::format("index is faster at every k of the run from {:g} on", curve.value.front().x);
    return point;
}

CrossoverPoint modelled_point(const RunRecord& run) {
    CrossoverPoint point;
    point.tier = Tier::computed;
    if (!run.expected || !run.expected->crossover) {
        point.reason = run.expected ? run.expected->crossover_reason : "this run expected none";
        return point;
    }
    const ExpectedRecord& expected = *run.expected;
    point.basis = "closed-form traffic at the ceilings of the calibration";
    const auto end = [](std::optional<std::uint32_t> k) { return k ? std::optional<double>(*k) : std::nullopt; };
    point.k = end(expected.crossover->k);
    point.ci_low = end(expected.k_low);
    point.ci_high = end(expected.k_high);
    if (!point.k)
        point.reason = fmt::format("paired is expected to be faster at every k, up to {}", expected.crossover->k_most);
    return point;
}

void put_tau(CrossoverSummary& out, std::uint32_t active_rows) {
    if (active_rows == 0) return;
    for (const auto& [point, name] : {std::pair(&out.measured, "measured"), std::pair(&out.modelled, "modelled")}) {
        if (!point->k) continue;
        const auto share = [&](std::optional<double> k) { return k ? std::optional(*k / active_rows) : std::nullopt; };
        out.tau = share(point->k);
        out.tau_low = share(point->ci_low);
        out.tau_high = share(point->ci_high);
        out.tau_basis = name;
        return;
    }
}

} // namespace

std::optional<CrossoverSummary> crossover(const RunRecord& run, const Summary& summary) {
    const Curve curve = measured_curve(summary);
    if (curve.value.empty()) return std::nullopt;
    CrossoverSummary out;
    out.measured = measured_point(curve);
    out.modelled = modelled_point(run);
    put_tau(out, run.workload.active_rows);
    return out;
}

} // namespace bytebound
