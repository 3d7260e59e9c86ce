#include "figures/series.hpp"

#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "figures/background.hpp"
#include "figures/read_cost.hpp"
#include "record/sample_columns.hpp"

#include <algorithm>

namespace bytebound {
namespace {

std::optional<std::size_t> column_of(const std::vector<std::string>& names, std::string_view name) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) return std::nullopt;
    return static_cast<std::size_t>(at - names.begin());
}

Series::Key key_of(const Sample& sample) { return {sample.repeat, sample.step}; }

double per_step(double total, const Sample& sample) { return total / std::max(sample.batch, 1u); }

/// All readings of a (loop, k) have the same number of steps.
std::uint32_t batch_of(const PhaseSamples& phase) {
    return phase.rows.empty() ? 1 : std::max(phase.rows.front()->batch, 1u);
}

double computed_value(const Sample& sample, std::string_view metric, double row_bytes) {
    if (metric == metric_name::bound_bytes) return sample.bound_rows * row_bytes;
    if (metric == metric_name::min_bytes) return sample.min_rows * row_bytes;
    if (metric == metric_name::rows_written) return sample.rows_written;
    if (metric == metric_name::requested_bytes) return 2.0 * sample.rows_written * row_bytes;
    return static_cast<double>(sample.metadata_bytes);
}

/// A column with one value per step, for the references of the loop itself.
Series column_series(const PhaseSamples& phase, const std::vector<std::string>& names,
                     std::vector<std::optional<std::uint64_t>> Sample::*values, std::string_view column_name) {
    Series out;
    out.domain = "u";
    out.batch = batch_of(phase);
    const auto column = column_of(names, column_name);
    if (!column) return out;
    for (const Sample* row : phase.rows) {
        const auto& cells = row->*values;
        if (*column >= cells.size() || !cells[*column]) continue;
        out.values[key_of(*row)] = per_step(static_cast<double>(*cells[*column]), *row);
    }
    return out;
}

std::string text_of(ReadingState state) {
    switch (state) {
    case ReadingState::never_ran: return "never ran: the kernel gave this event no counter";
    case ReadingState::read_failed:
        return "the counter could not be read, or gave an impossible value (it decreased, or ran longer than it was "
               "enabled)";
    default: return "was not opened";
    }
}

} // namespace

Samples Series::samples() const {
    Samples out;
    std::optional<std::uint32_t> repeat;
    for (const auto& [key, value] : values) {
        if (repeat != key.first) out.numerator.emplace_back();
        repeat = key.first;
        out.numerator.back().push_back(value);
    }
    return out;
}

Series time_series(const PhaseSamples& phase) {
    Series out;
    out.tier = Tier::timed;
    out.batch = batch_of(phase);
    out.source = source_name::clock;
    for (const Sample* row : phase.rows) {
        if (row->pass != 0) continue;
        out.values[key_of(*row)] = per_step(static_cast<double>(row->time_ns), *row);
    }
    if (out.empty()) out.reason = "no finished phase";
    subtract_clock_cost(out, phase);
    return out;
}

namespace {

/// What a plug-in says of its steps: all or nothing.
Series told_series(const PhaseSamples& phase, std::string_view metric, Series out) {
    const auto row_bytes = static_cast<double>(phase.run.workload.layout.row_bytes());
    for (const Sample* row : phase.rows) {
        if (row->pass != 0) continue;
        const bool minimum = metric == metric_name::min_bytes;
        const bool known =
            metric == metric_name::bound_bytes || (minimum                                 ? row->knows_minimum
                                                   : metric == metric_name::metadata_bytes ? row->knows_metadata
                                                                                           : row->knows_stores);
        if (!known) {
            out.values.clear();
            out.reason = minimum ? "plug-in: a step that removes more rows than it adds moves those in the slots given "
                                   "up, and its slots between the steps are not known"
                                 : "plug-in: its traffic() does not say";
            return out;
        }
        out.values[key_of(*row)] = per_step(computed_value(*row, metric, row_bytes), *row);
    }
    if (out.empty()) out.reason = "no finished phase";
    return out;
}

} // namespace

Series computed_series(const PhaseSamples& phase, std::string_view metric) {
    const auto row_bytes = static_cast<double>(phase.run.workload.layout.row_bytes());
    Series out;
    out.source = source_name::trace;
    out.batch = batch_of(phase);
    if (out.reason = why_no_trace(phase.run.subject.kind); !out.reason.empty()) return out;
    if (find_plug_in(phase.run, phase.experiment.loop) != nullptr) return told_series(phase, metric, std::move(out));
    if (!phase.experiment.replayed && (metric == metric_name::min_bytes || metric == metric_name::metadata_bytes)) {
        out.reason = "library code: its steps cannot be replayed";
        return out;
    }
    for (const Sample* row : phase.rows) {
        if (row->pass != 0) continue;
        out.values[key_of(*row)] = per_step(computed_value(*row, metric, row_bytes), *row);
    }
    if (out.empty()) out.reason = "no finished phase";
    return out;
}

namespace {

/// Event number `event` from one of its columns: of the steps, or of the gaps between them.
Series counter_series(const PhaseSamples& phase, std::size_t event, double scale, std::string_view prefix) {
    const EventRecord& record = phase.run.events[event];
    Series out;
    out.tier = Tier::counted;
    out.source = record.source.empty() ? std::string(source_name::perf) : record.source;
    out.pass = std::max(record.pass, 0);
    out.group = record.group;
    out.batch = batch_of(phase);
    out.domain = record.domain;
    const auto column = column_of(phase.table.events, std::string(prefix) + record.name);
    if (record.pass < 0 || !column) {
        out.reason = record.reason.empty() ? record.name + ": not countable here" : record.reason;
        return out;
    }
    if (const QualifiedEvent* failure = failure_of(phase.run.qualification, record.name)) {
        const std::string why = record.name + ": failed qualification: " + failure->reason;
        if (!phase.run.qualification.allow_unqualified) {
            out.reason = why;
            return out;
        }
        out.unqualified = why;
    }
    for (const Sample* row : phase.rows) {
        if (row->pass != record.pass) continue;
        const std::optional<Reading> reading =
            *column < row->readings.size() ? row->readings[*column] : std::optional<Reading>();
        const ReadingState state = reading ? reading->state : ReadingState::read_failed;
        if (state != ReadingState::counted && state != ReadingState::scaled) {
            out.excluded.insert(key_of(*row));
            out.reason = record.name + ": " + text_of(state);
            continue;
        }
        if (state == ReadingState::scaled) out.tier = Tier::scaled;
        out.values[key_of(*row)] = per_step(scaled_count(*reading) * scale, *row);
    }
    if (out.empty() && out.reason.empty()) out.reason = "no finished phase";
    if (record.sharing == "socket") {
        out.tier = combine(out.tier, Tier::shared);
        if (!out.empty()) subtract_background(out, phase, event, *column, scale);
    } else if (prefix.empty()) {
        subtract_read_cost(out, phase, event, scale);
    }
    return out;
}

/// The bytes of a count, or 1.
double role_scale(const EventRecord& record) {
    return record.bytes_per_count == 0 ? 1.0 : static_cast<double>(record.bytes_per_count);
}

} // namespace

Series event_series(const PhaseSamples& phase, std::size_t event, bool scaled_to_unit) {
    const EventRecord& record = phase.run.events[event];
    return counter_series(phase, event, scaled_to_unit ? record.scale : role_scale(record), {});
}

Series simulated_series(const PhaseSamples& phase, std::string_view column_name) {
    Series out = column_series(phase, phase.table.simulated, &Sample::simulated, column_name);
    out.tier = Tier::simulated;
    out.source = source_name::sim;
    if (out.empty()) out.reason = why_no_trace(phase.run.subject.kind);
    if (out.empty() && out.reason.empty())
        out.reason = phase.experiment.simulation_reason.empty() ? "not simulated" : phase.experiment.simulation_reason;
    return out;
}

Series emulated_series(const PhaseSamples& phase, std::string_view column_name) {
    Series out = column_series(phase, phase.table.emulated, &Sample::emulated, column_name);
    out.tier = Tier::emulated;
    out.source = phase.run.emulation ? phase.run.emulation->collector : std::string(source_name::callgrind);
    if (out.empty())
        out.reason = phase.experiment.emulation_reason.empty() ? "not emulated" : phase.experiment.emulation_reason;
    return out;
}

namespace {

/// Memory controllers before monitoring groups before estimates, regardless of tiers.
int directness(const Series& series) {
    const SourceEntry* source = find_source(series.source);
    return source == nullptr ? 0 : source->directness;
}

/// A sum needs all of its events: if one has no values, the source has none, with that event's reason.
Series sum_or_reason(const Series& a, const Series& b) {
    if (a.empty()) return a;
    return b.empty() ? b : sum_of(a, b);
}

/// The events with this role, with those of one source added up; their columns have this prefix.
std::vector<Series> counted_sources(const PhaseSamples& phase, std::string_view role, std::string_view prefix = {}) {
    std::vector<Series> out;
    for (std::size_t i = 0; i < phase.run.events.size(); ++i) {
        if (phase.run.events[i].role != role) continue;
        Series series = counter_series(phase, i, role_scale(phase.run.events[i]), prefix);
        const auto same =
            std::find_if(out.begin(), out.end(), [&](const Series& other) { return other.source == series.source; });
        if (same == out.end()) {
            out.push_back(std::move(series));
        } else {
            *same = sum_or_reason(*same, series);
        }
    }
    return out;
}

void sort_by_directness(std::vector<Series>& sources) {
    std::stable_sort(sources.begin(), sources.end(), [](const Series& a, const Series& b) {
        return std::pair(directness(a), a.tier) < std::pair(directness(b), b.tier);
    });
}

} // namespace

std::vector<Series> gap_sources_of(const PhaseSamples& phase, const MetricEntry& gap) {
    std::vector<Series> out = counted_sources(phase, dram_metric(*gap.dram).name, gap_prefix);
    sort_by_directness(out);
    out.push_back(simulated_series(phase, gap.name));
    return out;
}

std::vector<Series> sources_of(const PhaseSamples& phase, std::string_view metric, bool simulated) {
    const MetricEntry* entry = find_metric(metric);
    const std::array<std::string_view, 2> addends = entry == nullptr ? decltype(entry->addends){} : entry->addends;
    const bool is_sum = !addends[0].empty();
    std::vector<Series> out = counted_sources(phase, metric);
    if (is_sum) {
        for (const Series& first : counted_sources(phase, addends[0]))
            for (const Series& second : counted_sources(phase, addends[1]))
                if (first.source == second.source) out.push_back(sum_or_reason(first, second));
    }
    sort_by_directness(out);
    if (is_sum && !phase.table.emulated.empty()) {
        out.push_back(sum_or_reason(emulated_series(phase, addends[0]), emulated_series(phase, addends[1])));
    } else if (column_of(phase.table.emulated, metric)) {
        out.push_back(emulated_series(phase, metric));
    }
    if (phase.run.subject.kind != Subject::loops) return out; // nothing to simulate
    if (simulated && is_sum) {
        out.push_back(sum_or_reason(simulated_series(phase, addends[0]), simulated_series(phase, addends[1])));
    } else if (simulated) {
        out.push_back(simulated_series(phase, metric));
    }
    return out;
}

Series sum_of(const Series& a, const Series& b) {
    Series out;
    out.tier = combine(a.tier, b.tier);
    out.source = a.source;
    out.pass = a.pass;
    out.group = a.group;
    out.batch = a.batch;
    out.domain = a.domain == b.domain ? a.domain : a.domain + "+" + b.domain;
    out.unqualified = a.unqualified.empty() ? b.unqualified : a.unqualified;
    out.excluded = a.excluded;
    out.excluded.insert(b.excluded.begin(), b.excluded.end());
    for (const auto& [key, value] : a.values) {
        const auto other = b.values.find(key);
        if (other != b.values.end()) out.values[key] = value + other->second;
    }
    // Backgrounds of several counters are correlated, so their deviations are added linearly.
    if (a.shared && b.shared)
        out.shared = {a.shared->subtracted + b.shared->subtracted, a.shared->rate_deviation + b.shared->rate_deviation,
                      a.shared->smallest + b.shared->smallest, std::min(a.shared->steps, b.shared->steps)};
    if (a.cost || b.cost) {
        const SubtractedCost ours = a.cost.value_or(SubtractedCost{}), theirs = b.cost.value_or(SubtractedCost{});
        out.cost = {ours.amount + theirs.amount, ours.uncertainty + theirs.uncertainty, ours.spread + theirs.spread};
    }
    if (out.empty()) out.reason = a.reason.empty() ? b.reason : a.reason;
    return out;
}

namespace {

std::uint64_t excluded_by_either(const Series& a, const Series& b) {
    std::set<Series::Key> excluded = a.excluded;
    excluded.insert(b.excluded.begin(), b.excluded.end());
    return excluded.size();
}

} // namespace

Joined join(const Series& numerator, const Series& denominator, double factor) {
    Joined out;
    std::optional<std::uint32_t> repeat;
    for (const auto& [key, value] : numerator.values) {
        const auto other = denominator.values.find(key);
        if (other == denominator.values.end()) continue;
        if (repeat != key.first) {
            out.samples.numerator.emplace_back();
            out.samples.denominator.emplace_back();
        }
        repeat = key.first;
        out.samples.numerator.back().push_back(value * factor);
        out.samples.denominator.back().push_back(other->second);
    }
    out.excluded = excluded_by_either(numerator, denominator);
    return out;
}

Joined beside(const Series& numerator, const Series& denominator, double factor) {
    std::map<std::uint32_t, std::pair<std::vector<double>, std::vector<double>>> repeats;
    for (const auto& [key, value] : numerator.values)
        repeats[key.first].first.push_back(value * factor);
    for (const auto& [key, value] : denominator.values)
        repeats[key.first].second.push_back(value);
    Joined out;
    for (auto& [repeat, sides] : repeats) {
        out.samples.numerator.push_back(std::move(sides.first));
        out.samples.denominator.push_back(std::move(sides.second));
    }
    out.excluded = excluded_by_either(numerator, denominator);
    return out;
}

namespace {

/// Readings of unlike numbers of steps begin at unlike steps, and together cover the same ones.
Joined common_repeats(const Series& a, const Series& b) {
    Joined out = beside(a, b, 1);
    auto& [left, right] = out.samples;
    for (std::size_t i = left.size(); i-- > 0;) {
        if (!left[i].empty() && !right[i].empty()) continue;
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
        right.erase(right.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return out;
}

} // namespace

std::pair<Samples, Samples> common_steps(const Series& a, const Series& b) {
    // The samples of a ratio are two parallel series.
    Joined joined = a.batch == b.batch ? join(a, b, 1) : common_repeats(a, b);
    return {Samples{std::move(joined.samples.numerator), {}}, Samples{std::move(joined.samples.denominator), {}}};
}

} // namespace bytebound
