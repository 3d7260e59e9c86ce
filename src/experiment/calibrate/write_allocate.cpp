#include "experiment/calibrate/write_allocate.hpp"

#include <time.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"

namespace bytebound {
namespace {

constexpr std::string_view reads = metric_name::dram_read_bytes;

bool is_counted(const EventRecord& event) { return event.pass >= 0; }

/// Why DRAM reads cannot be counted: the reasons of the collectors that were tried.
std::string why_nothing_counts(const Counting& counting) {
    for (const EventRecord& event : counting.events)
        if (is_counted(event) && event.role == metric_name::dram_bytes)
            return event.name + " does not distinguish reads from writes";
    std::vector<std::string> causes;
    for (const CollectorRecord& collector : counting.collectors)
        if (!collector.used && counts_dram(collector.name)) causes.push_back(collector.name + ": " + collector.cause);
    return causes.empty() ? "no collector counts DRAM reads here" : join(causes, "; ");
}

} // namespace

ReadEvents find_read_events(const Counting& counting, const QualificationRecord& qualification) {
    ReadEvents out;
    for (std::size_t column = 0; column < counting.events.size(); ++column) {
        const EventRecord& event = counting.events[column];
        if (!is_counted(event) || event.role != reads) continue;
        if (out.source.empty()) out.source = event.source;
        if (event.source != out.source) continue;
        out.columns.push_back(column);
        if (const QualifiedEvent* failure = failure_of(qualification, event.name))
            out.reason = event.name + " failed qualification: " + failure->reason;
    }
    if (out.source.empty()) out.reason = why_nothing_counts(counting);
    if (!out.reason.empty()) out.source.clear(), out.columns.clear();
    return out;
}

void ReadCounter::find_passes() {
    passes_.clear();
    for (const std::size_t column : events_.columns) {
        const int pass = counting_->events[column].pass;
        if (std::find(passes_.begin(), passes_.end(), pass) == passes_.end()) passes_.push_back(pass);
    }
}

Result<void> ReadCounter::open(int pass) {
    close();
    slots_ = counting_->slots_of(pass);
    open_.emplace(TRY(TeamCounters::open(*team_, *counting_, pass)));
    before_ = after_ = open_->values();
    return {};
}

bool ReadCounter::shared() const {
    return std::any_of(slots_.begin(), slots_.end(), [&](const CounterSlot& slot) {
        return slot.sharing == Sharing::socket &&
               std::find(events_.columns.begin(), events_.columns.end(), slot.column) != events_.columns.end();
    });
}

void ReadCounter::rest(std::uint64_t ns) const {
    const timespec time{static_cast<time_t>(ns / 1'000'000'000u), static_cast<long>(ns % 1'000'000'000u)};
    ::nanosleep(&time, nullptr);
}

std::optional<double> ReadCounter::bytes_between(const TeamValues& before, const TeamValues& after) const {
    double bytes = 0;
    for (std::size_t worker = 0; worker < before.size(); ++worker) {
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            const CounterSlot& slot = slots_[i];
            if (worker > 0 && slot.leader_only()) continue;
            if (std::find(events_.columns.begin(), events_.columns.end(), slot.column) == events_.columns.end())
                continue;
            const Reading reading = difference(before[worker][i], after[worker][i]);
            if (!has_count(reading)) return std::nullopt;
            const EventRecord& event = counting_->events[slot.column];
            // A core event that estimates bytes; the parts of other events are already weighted.
            const bool term = event.bytes_per_count != 0 && event.parts.empty();
            bytes += slot.weight * (term ? static_cast<double>(event.bytes_per_count) : 1.0) * scaled_count(reading);
        }
    }
    return bytes;
}

double write_allocate_factor(double read_bytes, const ProgramBytes& program) {
    return (read_bytes - program.loaded - program.listed) / program.stored;
}

double assumed_factor(StreamKernel kernel) { return stores_past_caches(kernel) ? 0 : 1; }

} // namespace bytebound
