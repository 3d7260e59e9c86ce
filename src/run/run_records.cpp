#include "run/run_records.hpp"

#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "run/expected_traffic.hpp"
#include "run/warnings.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

std::string formatted(const tm& time, const char* format) {
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), format, &time);
    return std::string(text.data(), length);
}

/// One of the two series of a (loop, k), and its verdict.
struct Judged {
    std::string what;
    std::optional<Stationarity> verdict;
};

Judged judge_lines(const std::string& what, const SimulatedRow& row, std::uint32_t warmup,
                   std::uint64_t (LineCounts::*total)() const) {
    std::vector<double> series;
    for (std::size_t step = warmup / 2; step < row.steps.size(); ++step)
        series.push_back(static_cast<double>((row.steps[step].*total)()));
    return {what, judge_stationarity(series, warmup)};
}

void judge_row(ExperimentRecord& record, const SimulatedRow& row, std::vector<Warning>& list) {
    if (!row.simulated) {
        record.stationary_reason = "no simulation and no counted DRAM bytes to judge it on";
        return;
    }
    const std::array<Judged, 2> judged = {
        judge_lines("the number of lines read", row, record.warmup_steps, &LineCounts::fetched_total),
        judge_lines("the number of lines written back", row, record.warmup_steps, &LineCounts::written_back_total)};
    if (!judged[0].verdict || !judged[1].verdict) {
        record.stationary_reason = "too few steps to judge it";
        return;
    }
    record.stationary = true;
    record.stationary_source = "sim";
    std::string drifting;
    for (const Judged& series : judged) {
        if (series.verdict->stationary) continue;
        record.stationary = false;
        drifting += (drifting.empty() ? "" : " and ") + series.what;
        record.stationary_reason += fmt::format("{}{} per step went from {:.1f} to {:.1f} over the last 2 x {} steps",
                                                record.stationary_reason.empty() ? "" : "; ", series.what,
                                                series.verdict->before, series.verdict->after, series.verdict->window);
    }
    if (!drifting.empty())
        list.push_back(warnings::not_stationary(record.loop, record.k, drifting, judged[0].verdict->window));
}

std::uint32_t active_rows_after(std::uint32_t active_rows, const Experiment& experiment) {
    for (std::uint32_t step = 0; step < experiment.warmup_steps; ++step)
        active_rows += experiment.changes[step].added - experiment.changes[step].removed;
    return active_rows;
}

bool plain(std::string_view word) {
    return !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                                   "-_=.,:/+@%") == std::string_view::npos;
}

} // namespace

std::string utc_now() {
    const time_t now = ::time(nullptr);
    tm parts{};
    ::gmtime_r(&now, &parts);
    return formatted(parts, "%Y-%m-%dT%H:%M:%SZ");
}

std::string default_directory() {
    const time_t now = ::time(nullptr);
    tm parts{};
    ::localtime_r(&now, &parts);
    return "./bytebound-" + formatted(parts, "%Y%m%d-%H%M%S");
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "unknown";
}

std::string command_line(const std::vector<std::string>& command) {
    std::string line;
    for (const std::string& word : command) {
        if (!line.empty()) line += ' ';
        if (plain(word)) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char c : word)
            line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return line;
}

WorkloadRecord workload_record(const RunPlan& plan) {
    const RunOptions& o = plan.options;
    WorkloadRecord w;
    w.pool_rows = o.pool_rows;
    w.active_rows = o.active_rows;
    w.hidden_dim = o.hidden_dim;
    w.up_cols = o.up_cols;
    w.gate_cols = o.gate_cols;
    w.dtype = name_of(o.dtype);
    w.pattern = name_of(o.pattern);
    w.layout = plan.layout;
    w.seed = o.seed;
    w.steps_per_k = o.steps_per_k;
    w.repeats = o.repeats;
    w.warmup = o.warmup;
    w.between = name_of(o.between);
    for (const LoopKind kind : o.loops)
        w.loops.emplace_back(loop_name(o, kind));
    w.tau = o.tau;
    w.tau_source = o.adaptive_tau ? "adaptive" : "given";
    w.copy = name_of(o.copy);
    w.threads = o.threads;
    w.grain = o.grain;
    w.parallel_threshold = o.parallel_threshold;
    return w;
}

std::vector<ExperimentRecord> experiment_records(const RunPlan& plan) {
    std::vector<ExperimentRecord> records;
    for (const Experiment& e : plan.experiments) {
        for (const LoopKind kind : plan.options.loops) {
            ExperimentRecord record;
            record.loop = loop_name(plan.options, kind);
            record.k = e.k;
            record.k_requested = e.k_requested;
            record.added = e.added;
            record.removed = e.removed;
            record.warmup_steps = e.warmup_steps;
            record.batch = e.batch;
            record.active_rows = active_rows_after(plan.options.active_rows, e);
            record.copy_method = name_of(plan.options.copy);
            if (auto form = expected_traffic(plan, e, kind); form) {
                record.closed_form = *form;
            } else {
                record.closed_form_reason = form.error().reason + "; " + form.error().remedy;
            }
            records.push_back(std::move(record));
        }
    }
    return records;
}

std::vector<std::string> sample_comments(const RunRecord& record, SampleFile kind) {
    switch (kind) {
    case SampleFile::steps: break;
    case SampleFile::workers: return csv_comments(record, "bytebound.workers/1");
    case SampleFile::background: return csv_comments(record, "bytebound.background/1");
    }
    return csv_comments(record, "bytebound.samples/1");
}

std::vector<std::string> csv_comments(const RunRecord& record, std::string_view schema) {
    return {"schema: " + std::string(schema), "host: " + record.host,
            "timestamp: " + record.started,   fmt::format("seed: {}", record.workload.seed),
            "autotune source: none",          "command: " + command_line(record.command)};
}

namespace {

DirtyBytes dirty_bytes(DirtyLines lines, std::uint32_t line_bytes) {
    for (std::uint64_t& each : lines)
        each *= line_bytes;
    return lines;
}

} // namespace

void judge_stationarity_of(const RunPlan& plan, const SimulatedRun& simulation, RunRecord& record) {
    const std::size_t loops = plan.options.loops.size();
    for (std::size_t i = 0; i < record.experiments.size(); ++i) {
        const SimulatedRow& row = simulation.rows[i / loops][i % loops];
        record.experiments[i].replayed = !row.ledgers.empty() && !row.ledgers[0].empty();
        record.experiments[i].simulated = row.simulated;
        record.experiments[i].simulation_reason = row.reason;
        if (row.simulated) {
            record.experiments[i].dirty_before = dirty_bytes(row.dirty_before, plan.geometry.line_bytes);
            record.experiments[i].dirty_after = dirty_bytes(row.flushed, plan.geometry.line_bytes);
        }
        if (row.levels)
            record.experiments[i].levels =
                LevelRecord{row.steps.size() - record.experiments[i].warmup_steps, *row.levels};
        judge_row(record.experiments[i], row, record.warnings);
    }
}

namespace {

double bytes_of(const Reading& reading, const EventRecord& event) {
    return scaled_count(reading) * (event.bytes_per_count == 0 ? 1 : static_cast<double>(event.bytes_per_count));
}

/// Bytes per reading of all events with this role and source, without the idle machine's; empty unless every reading
/// has all of them.
std::vector<double> counted_series(const std::string& role, const std::string& source, std::span<const Sample> readings,
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
                                       [](const EventRecord& e) { return e.role.starts_with("dram_") && e.pass >= 0; });
    if (counting == events.end()) return;
    record.stationary_reason = "no simulation, and DRAM bytes were not counted in every reading of one pass";
    std::string drifting, how;
    std::uint64_t window = 0;
    for (const auto& [role, what] : {std::pair("dram_read_bytes", "the number of DRAM bytes read"),
                                     std::pair("dram_write_bytes", "the number of DRAM bytes written"),
                                     std::pair("dram_bytes", "the number of DRAM bytes")}) {
        const std::vector<double> series = counted_series(role, counting->source, readings, idle, events);
        if (series.empty()) continue;
        const auto verdict = judge_stationarity(series, 0);
        if (!verdict) continue;
        window = verdict->window;
        if (verdict->stationary) continue;
        drifting += (drifting.empty() ? "" : " and ") + std::string(what);
        how += fmt::format("{}{} per reading went from {:.0f} to {:.0f} over the last 2 x {} readings",
                           how.empty() ? "" : "; ", what, verdict->before, verdict->after, verdict->window);
    }
    if (window == 0) return;
    record.stationary = drifting.empty();
    record.stationary_source = counting->source;
    record.stationary_reason = how;
    if (!drifting.empty()) list.push_back(warnings::not_stationary(record.loop, record.k, drifting, window));
}

std::string why_not_simulated(const SimulatedRun& simulation) {
    std::string reason;
    for (const auto& rows : simulation.rows)
        for (const SimulatedRow& row : rows) {
            if (row.simulated) return {};
            if (reason.empty()) reason = row.reason;
        }
    return "no simulation: " + reason;
}

} // namespace bytebound
