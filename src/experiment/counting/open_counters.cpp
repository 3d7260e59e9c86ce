#include <algorithm>

#include "experiment/counting/counting.hpp"

namespace bytebound {
namespace {

std::size_t values_of(const std::vector<PlannedEvent>& events, int pass) {
    std::size_t values = 0;
    for (const PlannedEvent& event : events)
        if (event.pass == pass) values += std::max<std::size_t>(event.parts.size(), 1);
    return values;
}

} // namespace

Result<OpenCounters> OpenCounters::open(Counting& counting, int pass, bool leads, pid_t thread) {
    OpenCounters open;
    for (PlannedCollector& source : counting.sources) {
        const auto& events = source.plan.events;
        if (std::none_of(events.begin(), events.end(), [&](const PlannedEvent& e) { return e.pass == pass; })) continue;
        const bool idle = !leads && events[0].sharing != Sharing::per_thread;
        if (idle && events[0].sharing == Sharing::socket) {
            open.size_ += values_of(events, pass);
            continue;
        }
        auto part = TRY(thread == 0 ? source.collector->open(source.plan, pass)
                                    : source.collector->open_on(source.plan, pass, thread));
        const std::size_t size = part->size();
        open.parts_.push_back({std::move(part), open.size_, idle});
        open.size_ += size;
    }
    return open;
}

Result<std::vector<SentSource>> OpenCounters::sent() const {
    std::vector<SentSource> sources;
    for (const Part& part : parts_) {
        auto counters = part.counters->sent();
        if (!counters)
            return fail({ExitCode::not_possible,
                         "send counters",
                         {},
                         "a source can be read only where it was opened",
                         "remove --loop, or count with --collector perf"});
        sources.push_back({part.at, std::move(*counters)});
    }
    return sources;
}

OpenCounters OpenCounters::received(Sys& sys, std::span<const SentSource> sources) {
    OpenCounters open;
    for (const SentSource& source : sources) {
        auto counters = receive_counters(sys, source.counters);
        open.size_ += counters->size();
        open.parts_.push_back({std::move(counters), source.at, false});
    }
    return open;
}

bool OpenCounters::read(std::size_t part, std::span<CounterValue> out) noexcept {
    if (parts_[part].idle) return true;
    WorkerCounters& counters = *parts_[part].counters;
    if (counters.read(out.subspan(parts_[part].at, counters.size()))) return true;
    failed_ = part;
    return false;
}

bool OpenCounters::read_before(std::span<CounterValue> out) noexcept {
    for (std::size_t i = parts_.size(); i-- > 0;)
        if (!read(i, out)) return false;
    return true;
}

bool OpenCounters::read_after(std::span<CounterValue> out) noexcept {
    for (std::size_t i = 0; i < parts_.size(); ++i)
        if (!read(i, out)) return false;
    return true;
}

std::uint64_t OpenCounters::schedule_stamp() const noexcept {
    std::uint64_t stamp = 0;
    for (const Part& part : parts_)
        if (!part.idle) stamp = stamp * 31 + part.counters->schedule_stamp().value_or(0);
    return stamp;
}

Error OpenCounters::last_error() const { return parts_.at(failed_).counters->last_error(); }

} // namespace bytebound
