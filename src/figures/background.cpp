#include "figures/background.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "stats/background.hpp"

namespace bytebound {
namespace {

/// z of a 95 % interval.
constexpr double two_sided = 1.96;

double parts_of(const EventRecord& record) {
    return static_cast<double>(std::max<std::size_t>(record.parts.size(), 1));
}

/// Readings contain sums over the event's counters, of bytes and of times.
double length_ns(const Reading& reading, double parts) { return static_cast<double>(reading.enabled_ns) / parts; }

struct Phase {
    std::vector<IdleWindow> before, after;
    double measured_ns = 0;
    BackgroundNoise noise;
};

/// The phases of all repeats in the event's pass.
std::map<std::uint32_t, Phase> phases_of(const PhaseSamples& phase, const EventRecord& record, std::size_t column,
                                         double scale) {
    std::map<std::uint32_t, Phase> phases;
    std::map<std::uint32_t, std::vector<IdleWindow>> windows;
    for (const Sample& sample : phase.background->rows) {
        if (sample.loop != phase.experiment.loop || sample.k != phase.experiment.k || sample.pass != record.pass)
            continue;
        if (column >= sample.readings.size() || !sample.readings[column] || !has_count(*sample.readings[column]))
            continue;
        const Reading& reading = *sample.readings[column];
        windows[sample.repeat].push_back({scaled_count(reading) * scale, length_ns(reading, parts_of(record))});
    }
    for (auto& [repeat, all] : windows) {
        // There are as many windows after the phase as before it.
        const auto half = all.begin() + static_cast<std::ptrdiff_t>((all.size() + 1) / 2);
        Phase& out = phases[repeat];
        out.before.assign(all.begin(), half);
        out.after.assign(half, all.end());
        out.noise = background_noise(out.before, out.after);
    }
    return phases;
}

/// With few windows, the scatter of one phase is uncertain, and may be 0 by chance. All phases of the row therefore
/// share their mean scatter.
void share_scatter(std::map<std::uint32_t, Phase>& phases) {
    double sum = 0;
    for (const auto& [repeat, phase] : phases)
        sum += phase.noise.variance;
    for (auto& [repeat, phase] : phases)
        phase.noise.variance = sum / static_cast<double>(phases.size());
}

} // namespace

void subtract_background(Series& series, const PhaseSamples& phase, std::size_t event, std::size_t cell, double scale) {
    const EventRecord& record = phase.run.events[event];
    const auto give_up = [&](std::string reason) {
        series.values.clear();
        series.reason = record.name + ": " + std::move(reason);
    };
    if (phase.background == nullptr) return give_up("background.csv is missing: nothing to subtract");
    const auto& names = phase.background->events;
    const auto column = static_cast<std::size_t>(std::find(names.begin(), names.end(), record.name) - names.begin());
    std::map<std::uint32_t, Phase> phases = phases_of(phase, record, column, scale);
    if (phases.empty()) return give_up("the idle machine was not sampled around its phases");
    share_scatter(phases);

    SharedFigure shared;
    shared.bytes = record.unit == "bytes";
    double steps = 0;
    for (const Sample* row : phase.rows) {
        const auto value = series.values.find({row->repeat, row->step});
        if (row->pass != record.pass || value == series.values.end()) continue;
        const auto idle = phases.find(row->repeat);
        if (idle == phases.end()) {
            series.excluded.insert(value->first);
            series.values.erase(value);
            continue;
        }
        const Reading& reading = *row->readings[cell];
        const double ns = length_ns(reading, parts_of(record)), batch = std::max(row->batch, 1u);
        const double background = idle->second.noise.rate * ns;
        value->second -= background / batch;
        shared.subtracted += background;
        idle->second.measured_ns += ns;
        steps += batch;
    }
    if (steps == 0) return give_up("no reading has a background to subtract");
    double of_rate = 0, of_all = 0;
    for (const auto& [repeat, each] : phases) {
        of_rate += rate_variance(each.noise, each.measured_ns);
        of_all += net_variance(each.noise, each.measured_ns);
    }
    shared.subtracted /= steps;
    shared.rate_deviation = std::sqrt(of_rate) / steps;
    shared.smallest = detection_limit * std::sqrt(of_all) / steps;
    shared.steps = steps;
    series.shared = shared;
}

std::string hidden_by_background(const Series& series, double mean, double bound_bytes) {
    if (!series.shared || mean >= series.shared->smallest) return {};
    const SharedFigure& shared = *series.shared;
    const auto text = [&](double value) { return shared.bytes ? format_size(value) : fmt::format("{:.4g}", value); };
    std::string reason = fmt::format("{} per step is less than the {} that background traffic masks in {:.0f} steps",
                                     text(std::max(mean, 0.0)), text(shared.smallest), shared.steps);
    if (shared.bytes && bound_bytes > 0 && shared.smallest > bound_bytes)
        reason += fmt::format("; about {:.0f} steps, in more --repeats, would be needed to detect the bound",
                              std::ceil(shared.steps * std::pow(shared.smallest / bound_bytes, 2)));
    return reason;
}

double deviation_of_subtracted(const Series& series) {
    return std::hypot(series.shared ? series.shared->rate_deviation : 0,
                      series.cost ? series.cost->uncertainty / two_sided : 0);
}

void widen(Estimate& estimate, const SharedFigure& shared, double scale) {
    widen_by(estimate, two_sided * shared.rate_deviation * std::abs(scale));
}

void widen_by(Estimate& estimate, double half) {
    const auto side = [&](std::optional<double>& limit, double direction) {
        if (limit) limit = estimate.value + direction * std::hypot(*limit - estimate.value, half);
    };
    side(estimate.ci_low, -1);
    side(estimate.ci_high, 1);
}

} // namespace bytebound
