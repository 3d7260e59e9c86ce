#include "figures/read_cost.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "figures/background.hpp"
#include "figures/number.hpp"

namespace bytebound {
namespace {

/// Of the process that measured the phase: a plug-in has its own.
const ReadCostRecord* record_of(const PhaseSamples& phase, int pass) {
    const PlugInRecord* plug_in = find_plug_in(phase.run, phase.experiment.loop);
    const std::vector<ReadCostRecord>& costs = plug_in == nullptr ? phase.run.read_cost : plug_in->read_cost;
    const auto at =
        std::find_if(costs.begin(), costs.end(), [&](const ReadCostRecord& record) { return record.pass == pass; });
    return at == costs.end() ? nullptr : &*at;
}

/// Adds a cost that occurs `times` times in a step.
void add(SubtractedCost& sum, const ReadingCost& cost, double times) {
    sum.amount += cost.median * times;
    sum.uncertainty += (cost.ci_high - cost.ci_low) / 2 * times;
    sum.spread += cost.spread() * times;
}

void subtract(Series& series, const SubtractedCost& cost) {
    for (auto& [key, value] : series.values)
        value -= cost.amount;
    series.cost = cost;
}

} // namespace

bool is_short(const SubtractedCost& cost, double value) { return cost.amount > short_share * value; }

void subtract_clock_cost(Series& time, const PhaseSamples& phase) {
    const ReadCostRecord* record = record_of(phase, 0);
    if (record == nullptr || !record->clock_ns || time.empty()) return;
    SubtractedCost cost;
    add(cost, *record->clock_ns, 1.0 / time.batch);
    subtract(time, cost);
}

void subtract_read_cost(Series& series, const PhaseSamples& phase, std::size_t event, double scale) {
    const ReadCostRecord* record = record_of(phase, series.pass);
    if (record == nullptr || series.empty()) return;
    const std::vector<double>& parts = phase.experiment.worker_parts;
    SubtractedCost cost;
    bool any = false;
    for (const CounterCost& each : record->counters) {
        if (each.event != phase.run.events[event].name || each.worker > parts.size()) continue;
        // The leader reads once around a batch of steps, the others around each of their parts.
        add(cost, each.cost, each.worker == 0 ? 1.0 / series.batch : parts[each.worker - 1]);
        any = true;
    }
    if (!any) return;
    // Of a term that an estimate subtracts, the cost is negative, too.
    cost.amount *= scale;
    cost.uncertainty *= std::abs(scale);
    cost.spread *= std::abs(scale);
    subtract(series, cost);
}

std::string settle(Estimate& estimate, const SubtractedCost& cost) {
    const bool has_interval = estimate.ci_low && estimate.ci_high;
    widen_by(estimate, cost.uncertainty);
    if (estimate.value < -cost.spread)
        return fmt::format("impossible: {} below what an empty reading took before the run ({} ± {}), per step; the "
                           "cost of a reading has changed: repeat the run",
                           compact_number(-estimate.value), compact_number(cost.amount), compact_number(cost.spread));
    if (estimate.value < 0) {
        estimate.value = 0;
        if (has_interval) estimate.ci_high = std::max(*estimate.ci_high, cost.spread);
    }
    if (has_interval) {
        estimate.ci_low = std::max(*estimate.ci_low, 0.0);
        estimate.ci_high = std::max(*estimate.ci_high, estimate.value);
    }
    return {};
}

} // namespace bytebound
