#include "experiment/schedule/stationarity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "record/warnings.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

/// One of the two series of a (loop, k), and its verdict.
struct Judged {
    std::string what;
    std::optional<Stationarity> verdict;
};

/// Lines per step of every segment, from step `first` on.
std::vector<std::vector<double>> lines_of(const SimulatedRow& row, std::size_t first,
                                          std::uint64_t (LineCounts::*total)() const) {
    std::vector<std::vector<double>> segments;
    for (const Simulation& segment : row.segments) {
        auto& series = segments.emplace_back();
        for (std::size_t step = first; step < segment.steps.size(); ++step)
            series.push_back(static_cast<double>((segment.steps[step].*total)()));
    }
    return segments;
}

Judged judge_lines(const std::string& what, const SimulatedRow& row, std::uint32_t warmup,
                   std::uint64_t (LineCounts::*total)() const) {
    return {what, judge_segments(lines_of(row, warmup / 2, total), warmup)};
}

void judge_row(ExperimentRecord& record, const SimulatedRow& row, std::vector<Warning>& list) {
    if (!row.simulated()) {
        record.stationary_reason = "neither simulated lines nor counted DRAM bytes are available to judge it";
        return;
    }
    const std::array<Judged, 2> judged = {
        judge_lines("lines read", row, record.warmup_steps, &LineCounts::fetched_total),
        judge_lines("lines written back", row, record.warmup_steps, &LineCounts::written_back_total)};
    if (!judged[0].verdict || !judged[1].verdict) {
        record.stationary_reason = "too few steps to judge it";
        return;
    }
    record.stationary = true;
    record.stationary_source = source_name::sim;
    std::string drifting;
    for (const Judged& series : judged) {
        if (series.verdict->stationary) continue;
        record.stationary = false;
        drifting += (drifting.empty() ? "" : " and ") + series.what;
        record.stationary_reason += fmt::format(
            "{}{} per step went from {:.1f} to {:.1f} over the last 2 x {} steps{}",
            record.stationary_reason.empty() ? "" : "; ", series.what, series.verdict->before, series.verdict->after,
            series.verdict->window,
            row.segments.size() > 1 ? fmt::format(", on average over {} segments", row.segments.size()) : "");
    }
    if (!drifting.empty())
        list.push_back(warnings::not_stationary(record.loop, record.k, drifting, judged[0].verdict->window));
}

void add_bytes(DirtyBytes& sum, const DirtyLines& lines, std::uint32_t line_bytes) {
    for (std::size_t buffer = 0; buffer < sum.size(); ++buffer)
        sum[buffer] += lines[buffer] * line_bytes;
}

/// Mean bytes per measured step over the segments, each a block of its own.
std::optional<Estimate> simulated_bytes(const ExperimentRecord& record, const SimulatedRow& row,
                                        std::uint64_t (LineCounts::*total)() const, std::uint32_t line_bytes) {
    Samples samples{lines_of(row, record.warmup_steps, total), {}};
    for (auto& block : samples.numerator)
        for (double& lines : block)
            lines *= line_bytes;
    return estimate(samples, Stat::mean);
}

/// Warns where the closed form's expectation is outside of the simulated interval, by more than 1 % of it and by more
/// than one line per step: its probabilities of rare evictions are not exactly 0 or 1.
void warn_of_expectation(const ExperimentRecord& record, const SimulatedRow& row, std::uint32_t line_bytes,
                         std::vector<Warning>& list) {
    if (!record.closed_form || !row.simulated()) return;
    const auto judge = [&](std::string_view metric, std::uint64_t (LineCounts::*total)() const, double expected) {
        const auto simulated = simulated_bytes(record, row, total, line_bytes);
        if (!simulated || !simulated->ci_low || !simulated->ci_high) return;
        const double nearest = std::clamp(expected, *simulated->ci_low, *simulated->ci_high);
        if (std::abs(expected - nearest) > std::max<double>(line_bytes, default_same_within * expected))
            list.push_back(warnings::expectation_outside(record.loop, record.k, metric, expected, *simulated->ci_low,
                                                         *simulated->ci_high));
    };
    judge(metric_name::dram_read_bytes, &LineCounts::fetched_total, record.closed_form->read_bytes);
    judge(metric_name::dram_write_bytes, &LineCounts::written_back_total, record.closed_form->write_bytes);
}

void put_other_stores(ExperimentRecord& record, const SimulatedRow& row, std::uint32_t line_bytes) {
    if (row.other_stores.empty()) return;
    OtherStores other;
    other.stores = record.copy_method == name_of(CopyMethod::nt) ? "ordinary" : "non-temporal";
    double steps = 0;
    for (const Simulation& segment : row.other_stores)
        for (std::size_t step = record.warmup_steps; step < segment.steps.size(); ++step, ++steps) {
            other.read_bytes += static_cast<double>(segment.steps[step].fetched_total() * line_bytes);
            other.write_bytes += static_cast<double>(segment.steps[step].written_back_total() * line_bytes);
        }
    other.read_bytes /= steps;
    other.write_bytes /= steps;
    record.other_stores = other;
}

/// Sums over the simulated segments.
void put_sums(ExperimentRecord& record, const SimulatedRow& row, std::uint32_t line_bytes) {
    if (!row.simulated()) return;
    DirtyBytes before{}, after{};
    LevelRecord levels;
    for (const Simulation& segment : row.segments) {
        add_bytes(before, segment.dirty_before, line_bytes);
        add_bytes(after, segment.flushed, line_bytes);
        if (segment.levels) levels.lines.add(*segment.levels, {});
        levels.steps += segment.steps.size() - record.warmup_steps;
    }
    record.dirty_before = before;
    record.dirty_after = after;
    if (row.segments.front().levels) record.levels = levels;
}

} // namespace

void judge_stationarity_of(const RunPlan& plan, const SimulatedRun& simulation, RunRecord& record) {
    const std::size_t loops = plan.options.loops.size();
    for (std::size_t i = 0; i < record.experiments.size(); ++i) {
        const SimulatedRow& row = simulation.rows[i / loops][i % loops];
        ExperimentRecord& of_row = record.experiments[i];
        of_row.simulated = row.simulated();
        of_row.simulated_segments = static_cast<std::uint32_t>(row.segments.size());
        of_row.simulation_reason = row.reason;
        put_sums(of_row, row, plan.cache.geometry.line_bytes);
        put_other_stores(of_row, row, plan.cache.geometry.line_bytes);
        judge_row(of_row, row, record.warnings);
        warn_of_expectation(of_row, row, plan.cache.geometry.line_bytes, record.warnings);
    }
}

namespace {

double bytes_of(const Reading& reading, const EventRecord& event) {
    return scaled_count(reading) * (event.bytes_per_count == 0 ? 1 : static_cast<double>(event.bytes_per_count));
}

/// Bytes per reading of all events with this role and source, minus those of the idle machine; empty unless every
/// reading has all of them.
std::vector<double> counted_series(std::string_view role, const std::string& source, std::span<const Sample> readings,
                                   std::span<const Sample> idle, const std::vector<EventRecord>& events) {
    std::vector<double> series(readings.size());
    bool any = false;
    for (std::size_t e = 0; e < events.size(); ++e) {
        if (events[e].role != role || events[e].source != source) continue;
        any = true;
        double idle_bytes = 0, idle_ns = 0;
        for (const Sample& window : idle)
            if (e < window.readings.size() && window.readings[e] && window.readings[e]->running_ns > 0) {
                idle_bytes += bytes_of(*window.readings[e], events[e]);
                idle_ns += static_cast<double>(window.readings[e]->enabled_ns);
            }
        const double rate = idle_ns > 0 ? idle_bytes / idle_ns : 0;
        for (std::size_t i = 0; i < readings.size(); ++i) {
            if (e >= readings[i].readings.size() || !readings[i].readings[e]) return {};
            const Reading& reading = *readings[i].readings[e];
            if (reading.running_ns == 0 || reading.state == ReadingState::read_failed) return {};
            series[i] += bytes_of(reading, events[e]) - rate * static_cast<double>(reading.enabled_ns);
        }
    }
    return any ? series : std::vector<double>{};
}

} // namespace

void judge_stationarity_on_counts(ExperimentRecord& record, std::span<const Sample> readings,
                                  std::span<const Sample> idle, const std::vector<EventRecord>& events,
                                  std::vector<Warning>& list) {
    const auto counting = std::find_if(events.begin(), events.end(),
                                       [](const EventRecord& e) { return is_dram_metric(e.role) && e.pass >= 0; });
    if (counting == events.end()) return;
    record.stationary_reason = "no simulation, and DRAM bytes were not counted in every reading of one pass";
    std::string drifting, how;
    std::uint64_t window = 0;
    for (const MetricEntry* metric : dram_metrics()) {
        const std::string what(metric->noun);
        const std::vector<double> series = counted_series(metric->name, counting->source, readings, idle, events);
        if (series.empty()) continue;
        const auto verdict = judge_stationarity(series, 0);
        if (!verdict) continue;
        window = verdict->window;
        if (verdict->stationary) continue;
        drifting += (drifting.empty() ? "" : " and ") + what;
        how += fmt::format("{}{} per reading went from {:.0f} to {:.0f} over the last 2 x {} readings",
                           how.empty() ? "" : "; ", what, verdict->before, verdict->after, verdict->window);
    }
    if (window == 0) return;
    record.stationary = drifting.empty();
    record.stationary_source = counting->source;
    record.stationary_reason = how;
    if (!drifting.empty()) list.push_back(warnings::not_stationary(record.loop, record.k, drifting, window));
}

} // namespace bytebound
