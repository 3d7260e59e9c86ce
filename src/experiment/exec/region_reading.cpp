#include "experiment/exec/region_reading.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "catalogue/flags.hpp"
#include "catalogue/sources.hpp"
#include "counters/registry.hpp"
#include "record/subject.hpp"
#include "record/warnings.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

EventRecord* event_of(RunRecord& record, const std::string& name) {
    for (EventRecord& event : record.events)
        if (event.name == name) return &event;
    return nullptr;
}

/// A text that a report can show; the name of a row is not empty.
std::string row_of(const std::string& region) { return region.empty() ? "(no name)" : visible(region); }

/// The pass of one log, for sorting over all of them.
struct PassOfLog {
    const RegionLog* log;
    std::size_t pass;
    const RegionPass& get() const { return log->passes[pass]; }
};

Sample sample_of(const PassOfLog& from, const std::string& name, const RunRecord& record) {
    const RegionPass& pass = from.get();
    Sample row;
    row.loop = name;
    row.k = no_k;
    row.cpu_before = pass.begin_cpu;
    row.cpu_after = pass.end_cpu;
    if (pass.begin_cpu != pass.end_cpu) row.flags.emplace_back(flag_name::migrated);
    row.time_ns = pass.end_ns - pass.begin_ns;
    row.readings.resize(record.events.size());
    bool scaled = false, never_ran = false;
    const auto counts = from.log->counts_of(from.pass);
    std::size_t open = 0;
    for (const RegionEvent& event : from.log->events) {
        if (!event.open) continue;
        const region_format::Count& count = counts[open++];
        const ReadingState state = state_of(count.enabled_ns, count.running_ns);
        if (pass.read_failed || state == ReadingState::read_failed) continue;
        scaled = scaled || state == ReadingState::scaled;
        never_ran = never_ran || state == ReadingState::never_ran;
        for (std::size_t column = 0; column < record.events.size(); ++column)
            if (record.events[column].name == event.name)
                row.readings[column] = Reading{count.count, count.enabled_ns, count.running_ns, state};
    }
    if (scaled) row.flags.emplace_back(flag_name::multiplexed);
    if (never_ran) row.flags.emplace_back(flag_name::never_ran);
    return row;
}

/// The rows of one region in one block.
void add_rows(std::vector<Sample>& rows, const std::vector<PassOfLog>& passes, const std::string& name,
              std::uint32_t number, const RunRecord& record) {
    const std::size_t first = rows.size();
    std::vector<double> times;
    for (const PassOfLog& pass : passes) {
        Sample& sample = rows.emplace_back(sample_of(pass, name, record));
        sample.repeat = number;
        sample.step = static_cast<std::uint32_t>(times.size());
        times.push_back(static_cast<double>(sample.time_ns));
    }
    for (const std::size_t step : tukey_outliers(times))
        rows[first + step].flags.emplace_back(flag_name::outlier);
}

} // namespace

Result<RegionReading> RegionReading::open(const CountingRequest& request) {
    std::error_code error;
    std::string name = (std::filesystem::temp_directory_path(error) / "bytebound-regions-XXXXXX").string();
    if (error || ::mkdtemp(name.data()) == nullptr)
        return fail({ExitCode::not_possible, "record regions in", name, "no directory can be made there",
                     "set TMPDIR to a directory that can be written", error ? error.value() : errno});
    RegionReading reading{std::filesystem::path(name)};
    std::vector<std::string> names;
    for (const EventRequest& event : request.events)
        names.push_back(event.name);
    reading.events_ = join(names, ",");
    return reading;
}

RegionReading::RegionReading(RegionReading&& other) noexcept
    : directory_(std::exchange(other.directory_, {})), events_(std::move(other.events_)), first_(other.first_) {}

RegionReading::~RegionReading() {
    std::error_code ignored;
    if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

void RegionReading::prepare(Counting& counting) {
    for (std::size_t i = counting.sources.size(); i-- > 0;)
        if (counting.sources[i].plan.collector != collector_name::perf)
            counting.leave_out(i, "a program counts its regions itself, in its own threads",
                               "measure the whole command, without --regions");
    counting.passes = 1;
}

std::vector<std::string> RegionReading::environment() const {
    return {"BYTEBOUND_REGIONS_DIRECTORY=" + directory_.string(), "BYTEBOUND_REGIONS_EVENTS=" + events_};
}

/// The program opened the events: what it counts is in pass 0, and its reasons hold.
void RegionReading::note_events(const RegionLog& log, RunRecord& record) const {
    for (const RegionEvent& event : log.events) {
        EventRecord* column = event_of(record, event.name);
        if (column == nullptr) continue;
        if (event.open) {
            column->pass = 0;
            column->group = std::max(column->group, 0);
            column->multiplexed = column->multiplexed || event.multiplexed;
            continue;
        }
        column->pass = column->group = -1;
        column->source.clear();
        if (column->reason.empty()) {
            column->reason = event.reason;
            column->remedy = event.remedy;
        }
    }
}

Result<std::vector<Sample>> RegionReading::take_block(std::uint32_t number, RunRecord& record) {
    std::vector<RegionLog> logs;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
        auto log = TRY(read_region_log(entry.path()));
        std::filesystem::remove(entry.path(), error);
        dropped_ += log.dropped;
        unmatched_ += log.unmatched;
        unfinished_ += log.unfinished;
        interrupted_ += log.interrupted;
        open_ += log.open_passes;
        if (log.empty_ns) empty_ns_.push_back(static_cast<double>(*log.empty_ns));
        std::size_t open = 0;
        for (const RegionEvent& event : log.events)
            if (event.open && open < log.empty_counts.size())
                empty_counts_[event.name].push_back(static_cast<double>(log.empty_counts[open++]));
        logs.push_back(std::move(log));
    }
    std::map<std::string, std::vector<PassOfLog>> passes;
    std::uint32_t threads = 0;
    for (const RegionLog& log : logs) {
        threads += log.passes.empty() ? 0 : 1;
        for (std::size_t i = 0; i < log.passes.size(); ++i)
            passes[row_of(log.names[log.passes[i].region])].push_back({&log, i});
    }
    if (passes.empty())
        return fail({ExitCode::not_possible, "measure regions of", command_line(record.subject.regions->argv),
                     "it recorded no pass of a region",
                     "compile it with -DBYTEBOUND_REGIONS, and link it with bytebound-counters"});
    if (std::exchange(first_, false)) note_events(logs.front(), record);
    RegionsRecord& regions = *record.subject.regions;
    regions.threads = std::max(regions.threads, threads);
    std::vector<Sample> rows;
    for (auto& [name, each] : passes) {
        const auto by_begin = [](const PassOfLog& a, const PassOfLog& b) {
            return a.get().begin_ns < b.get().begin_ns;
        };
        std::stable_sort(each.begin(), each.end(), by_begin);
        const auto known = std::find(regions.names.begin(), regions.names.end(), name);
        const auto index = static_cast<std::size_t>(known - regions.names.begin());
        if (known == regions.names.end()) {
            regions.names.push_back(name);
            regions.passes.push_back(0);
            record.workload.loops.push_back(name);
            ExperimentRecord& row = record.experiments.emplace_back();
            row.loop = name;
            row.k = row.k_requested = no_k;
            row.readings = 0;
        }
        regions.passes[index] += each.size();
        ExperimentRecord& row = record.experiments[index];
        row.readings = std::max(row.readings.value_or(0), static_cast<std::uint32_t>(each.size()));
        add_rows(rows, each, name, number, record);
    }
    return rows;
}

void RegionReading::finish(RunRecord& record) const {
    ReadCostRecord cost;
    cost.clock_ns = cost_of_readings(empty_ns_);
    for (const EventRecord& event : record.events)
        if (const auto counts = empty_counts_.find(event.name); counts != empty_counts_.end())
            if (auto of_event = cost_of_readings(counts->second)) cost.counters.push_back({event.name, 0, *of_event});
    if (cost.clock_ns) record.read_cost.push_back(std::move(cost));
    if (dropped_ + unmatched_ + unfinished_ + interrupted_ + open_ > 0)
        record.warnings.push_back(warnings::passes_missing(dropped_, unmatched_, unfinished_, interrupted_, open_));
}

} // namespace bytebound
