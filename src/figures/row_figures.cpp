#include "figures/row_figures.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "catalogue/flags.hpp"
#include "figures/background.hpp"
#include "figures/plausibility.hpp"
#include "figures/read_cost.hpp"

namespace bytebound {
namespace {

std::optional<Estimate> finite(std::optional<Estimate> estimate) {
    if (estimate && !std::isfinite(estimate->value)) return std::nullopt;
    if (estimate && (!estimate->ci_low || !estimate->ci_high || !std::isfinite(*estimate->ci_low) ||
                     !std::isfinite(*estimate->ci_high))) {
        estimate->ci_low = estimate->ci_high = std::nullopt;
    }
    return estimate;
}

std::optional<Estimate> estimated(const Samples& samples, Stat stat, Tier tier) {
    if (tier == Tier::computed) {
        auto value = point(samples, stat);
        if (value) value->ci_low = value->ci_high = std::nullopt;
        return finite(value);
    }
    return finite(estimate(samples, stat));
}

std::string joined_reasons(const RunRecord& run, std::string_view metric, const std::vector<Series>& sources) {
    std::vector<std::string> reasons;
    for (const UnavailableRecord& record : run.unavailable) {
        if (record.metric == metric) reasons.push_back(record.reason);
    }
    for (const Series& series : sources) {
        if (series.empty()) reasons.push_back(series.reason);
    }
    // "cycles: no core PMU" and "no core PMU" are one cause: the shorter text is kept. "uncore: no boxes; no
    // simulation" names more causes than "no simulation": the longer one is kept.
    const auto plainer = [](const std::string& a, const std::string& b) -> const std::string& {
        const auto& [shorter, longer] = a.size() < b.size() ? std::tie(a, b) : std::tie(b, a);
        const std::size_t listed = longer.find("; ");
        return listed != std::string::npos && listed + shorter.size() < longer.size() ? longer : shorter;
    };
    std::vector<std::string> causes;
    for (const std::string& reason : reasons) {
        if (reason.empty()) continue;
        const auto same = std::find_if(causes.begin(), causes.end(), [&](const std::string& cause) {
            return cause.ends_with(reason) || reason.ends_with(cause);
        });
        if (same == causes.end())
            causes.push_back(reason);
        else
            *same = plainer(*same, reason);
    }
    const std::string out = join(causes, "; ");
    return out.empty() ? "no event of this run counts it" : out;
}

/// Marks the row as short where the cost of reading was a large part of a figure. A series that is 0 within the spread
/// of that cost becomes 0; one that is farther below loses its values and gets a reason.
void settle_figure(SummaryRow& row, Series& series, Estimate& value) {
    const bool below = value.value < 0;
    std::string impossible = settle(value, *series.cost);
    if (!impossible.empty()) {
        series.values.clear();
        series.reason = std::move(impossible);
    } else if (below) {
        for (auto& [key, of_step] : series.values)
            of_step = 0;
    }
    if (is_short(*series.cost, value.value)) row.flagged_steps.emplace(flag_name::of_short_steps, 0);
}

/// Why two operands do not form a ratio; empty if they do. Two counters must have been counted together, in the same
/// domain (user, kernel or both). All others are joined step by step.
std::string why_not_divided(const MetricEntry& metric, const Series& numerator, const Series& denominator) {
    const std::string over(metric.numerator), under(metric.denominator);
    if (!numerator.domain.empty() && !denominator.domain.empty() && numerator.domain != denominator.domain) {
        return over + " counts domain " + numerator.domain + ", " + under + " domain " + denominator.domain;
    }
    if (numerator.group < 0 || denominator.group < 0) return {};
    if (numerator.pass == denominator.pass && numerator.group == denominator.group) return {};
    return over + " and " + under + " did not fit into one group of counters";
}

/// By the uncertainty of the cost that was subtracted from either side.
void widen_by_costs(Estimate& ratio, const Series& numerator, const Figure* over, const Series& denominator,
                    const Figure* under) {
    for (const auto& [series, figure] : {std::pair(&numerator, over), std::pair(&denominator, under)})
        if (series->cost && figure != nullptr && figure->value() != 0)
            widen_by(ratio, series->cost->uncertainty * std::abs(ratio.value / figure->value()));
}

/// Of a ratio, from what was subtracted from its operands.
double deviation_of_ratio(double ratio, const Series& numerator, const Figure* over, const Series& denominator,
                          const Figure* under) {
    double relative = 0;
    for (const auto& [series, figure] : {std::pair(&numerator, over), std::pair(&denominator, under)})
        if (figure != nullptr && figure->value() != 0)
            relative = std::hypot(relative, deviation_of_subtracted(*series) / figure->value());
    return std::abs(ratio) * relative;
}

} // namespace

void put_sources(ComparedRow& out, const PhaseSamples& phase, std::string_view metric, std::vector<Series>& sources,
                 Stat stat) {
    SummaryRow& row = out.row;
    std::optional<Figure> best;
    for (Series& series : sources) {
        if (series.empty()) continue;
        auto value = estimated(series.samples(), stat, series.tier);
        if (!value) continue;
        value->n *= series.batch;
        if (series.cost) settle_figure(row, series, *value);
        if (series.empty()) continue;
        if (auto hidden = hidden_by_background(series, value->value, row.bound_bytes); !hidden.empty()) {
            series.values.clear();
            series.reason = std::move(hidden);
            continue;
        }
        if (series.shared) widen(*value, *series.shared, 1);
        Figure figure{*value,      series.excluded.size() * series.batch,
                      series.tier, series.source,
                      {},          series.shared,
                      {},          series.unqualified};
        if (best) {
            if (is_dram_metric(metric))
                figure.consistency = consistency(best->source, best->estimate, figure.source, figure.estimate,
                                                 phase.run.simulation && phase.run.simulation->hierarchy);
            best->also.push_back(std::move(figure));
        } else {
            best = std::move(figure);
            out.published.emplace(metric, series);
        }
    }
    if (best) {
        row.metrics.emplace(metric, std::move(*best));
    } else {
        row.unavailable.emplace(metric, joined_reasons(phase.run, metric, sources));
    }
}

void put_ratio(ComparedRow& out, const PhaseSamples& phase, const MetricEntry& metric, const SourceTable& sources) {
    SummaryRow& row = out.row;
    const auto give_up = [&](std::string reason) { row.unavailable.emplace(metric.name, std::move(reason)); };
    if (const std::string untraced = why_no_trace(phase.run.subject.kind); !untraced.empty())
        for (const std::string_view operand : {metric.numerator, metric.denominator})
            if (const MetricEntry* entry = find_metric(operand); entry && entry->origin == MetricOrigin::computed)
                return give_up(fmt::format("no {}: {}", operand, untraced));
    if (metric.denominator == metric_name::bound_bytes && row.bound_bytes == 0) return give_up("bound is 0");
    for (const std::string_view operand : {metric.numerator, metric.denominator}) {
        if (row.find(operand) != nullptr) continue;
        const auto why = row.unavailable.find(operand);
        return give_up("no " + std::string(operand) + ": " + (why == row.unavailable.end() ? "" : why->second));
    }
    // The figure, or its reason, comes from the operands' first sources; further sources go to `also`.
    std::optional<Figure> best;
    bool first = true;
    for (const Series& numerator : sources.find(metric.numerator)->second) {
        if (numerator.empty()) continue;
        const std::vector<Series>& denominators = sources.find(metric.denominator)->second;
        const auto denominator =
            std::find_if(denominators.begin(), denominators.end(), [](const Series& s) { return !s.empty(); });
        if (denominator == denominators.end()) continue;
        std::string obstacle = why_not_divided(metric, numerator, *denominator);
        if (metric.name == metric_name::dram_gbps && obstacle.empty())
            obstacle = why_not_of_this_memory(phase.run, numerator.tier);
        if (std::exchange(first, false) && !obstacle.empty()) return give_up(std::move(obstacle));
        if (!obstacle.empty()) continue;
        const Joined joined = metric.stat == Stat::rate ? beside(numerator, *denominator, metric.factor)
                                                        : join(numerator, *denominator, metric.factor);
        const Tier tier = combine(numerator.tier, denominator->tier);
        auto value = estimated(joined.samples, metric.stat, tier);
        if (!value) continue;
        value->n *= numerator.batch;
        const Figure *bytes = row.find(metric.numerator), *under = row.find(metric.denominator);
        widen_by_costs(*value, numerator, bytes, *denominator, under);
        if (numerator.shared && bytes != nullptr && bytes->value() != 0)
            widen(*value, *numerator.shared, value->value / bytes->value());
        std::string unqualified = numerator.unqualified.empty() ? denominator->unqualified : numerator.unqualified;
        Figure figure{
            *value, joined.excluded * numerator.batch, tier, numerator.source, {}, {}, {}, std::move(unqualified)};
        if (best) {
            best->also.push_back(std::move(figure));
        } else {
            best = std::move(figure);
            const double deviation = deviation_of_ratio(best->value(), numerator, bytes, *denominator, under);
            out.ratios.insert_or_assign(std::string(metric.name), RunFigure{joined.samples, deviation});
        }
    }
    if (best) {
        if (auto impossible = impossible_ratio(metric.name, best->value()); !impossible.empty())
            return give_up(std::move(impossible));
        row.metrics.emplace(metric.name, std::move(*best));
    } else {
        give_up("no step has both, or " + std::string(metric.denominator) + " is 0");
    }
}

} // namespace bytebound
