#include "experiment/measure/read_bracket.hpp"

#include <sched.h>

#include <fmt/format.h>

#include <optional>

namespace bytebound {
namespace {

/// Name of a shared event whose counter was not enabled between the two readings. The counter of a CPU that went
/// offline still answers, with its final times (events/core.c, perf_event_exit_cpu); the enabled time of an online
/// CPU's counter increases from reading to reading.
std::optional<std::string> frozen_event(std::span<const CounterSlot> slots, std::span<const std::string> names,
                                        std::span<const CounterValue> before, std::span<const CounterValue> after) {
    for (std::size_t s = 0; s < slots.size(); ++s)
        if (slots[s].sharing == Sharing::socket && before[s].enabled_ns == after[s].enabled_ns) return names[s];
    return {};
}

} // namespace

std::vector<WorkerLog> make_worker_logs(unsigned threads, std::uint32_t readings, std::size_t columns) {
    std::vector<WorkerLog> logs(threads);
    for (WorkerLog& own : logs) {
        own.before.resize(readings * columns);
        own.after.resize(readings * columns);
        own.cpu_before.resize(readings, -1);
        own.cpu_after.resize(readings, -1);
        own.part_ns.resize(readings);
        own.parts.resize(readings);
        own.interrupted.resize(readings);
    }
    return logs;
}

Error failed_read(const OpenCounters& counters, const std::string& when) {
    Error error = counters.last_error();
    error.code = ExitCode::internal;
    if (error.operation.empty()) error.operation = "read counters";
    error.cause += " " + when;
    if (error.remedy.empty()) error.remedy = "finished phases are kept; measure again";
    return error;
}

ReadBracket::ReadBracket(WorkerTeam& team, TeamCounters& counters, std::size_t columns, std::vector<WorkerLog>& logs)
    : team_(team), counters_(counters), columns_(columns), logs_(logs), between_(team.threads() * columns) {
    if (team.threads() > 1 && columns > 0) team.watch_parts({part_begins, part_ends, this});
}

Result<void> ReadBracket::check_reads() const {
    for (unsigned worker = 0; worker < team_.threads(); ++worker)
        if (logs_[worker].read_failed)
            return fail(failed_read(counters_.of(worker),
                                    fmt::format("at reading {} of worker {}", logs_[worker].failed_reading, worker)));
    return {};
}

Result<void> ReadBracket::check(std::span<const CounterSlot> slots, std::span<const std::string> names) {
    TRY(check_reads());
    const auto event = frozen_event(slots, names, row(logs_[0].before), row(logs_[0].after));
    if (!event) return {};
    return fail({ExitCode::internal, "read event", *event,
                 fmt::format("one of its counters stopped at reading {}", reading_),
                 "check whether a CPU went offline or a PMU driver was unloaded; finished phases are kept"});
}

void ReadBracket::read_before(unsigned worker, std::span<CounterValue> out) noexcept {
    if (logs_[worker].read_failed) return; // keep the first error in last_error()
    OpenCounters& counters = counters_.of(worker);
    note(worker, counters.read_before(out));
    logs_[worker].stamp = counters.schedule_stamp();
}

void ReadBracket::read_after(unsigned worker) noexcept {
    WorkerLog& own = logs_[worker];
    if (own.read_failed) return;
    OpenCounters& counters = counters_.of(worker);
    note(worker, counters.read_after(row(own.after)));
    if (counters.schedule_stamp() != own.stamp) own.interrupted[reading_] = true;
}

void ReadBracket::note(unsigned worker, bool read) noexcept {
    WorkerLog& own = logs_[worker];
    if (read || own.read_failed) return;
    own.read_failed = true;
    own.failed_reading = reading_;
}

void ReadBracket::see_cpus(std::vector<int> WorkerLog::*cpus) {
    if (team_.threads() == 1) {
        (logs_[0].*cpus)[reading_] = ::sched_getcpu();
        return;
    }
    const auto look = [&](unsigned worker) { (logs_[worker].*cpus)[reading_] = ::sched_getcpu(); };
    team_.each(look);
}

/// For the second and later parts of a step, subtract what was counted between the parts.
void ReadBracket::part_begins(void* context, unsigned worker) noexcept {
    ReadBracket& bracket = *static_cast<ReadBracket*>(context);
    WorkerLog& own = bracket.logs_[worker];
    const auto before = bracket.row(own.before);
    if (own.parts[bracket.reading_]++ == 0) return bracket.read_before(worker, before);
    const auto now = std::span(bracket.between_).subspan(worker * bracket.columns_, bracket.columns_);
    bracket.read_before(worker, now);
    const auto after = bracket.row(own.after);
    for (std::size_t c = 0; c < now.size(); ++c) {
        before[c].count += now[c].count - after[c].count;
        before[c].enabled_ns += now[c].enabled_ns - after[c].enabled_ns;
        before[c].running_ns += now[c].running_ns - after[c].running_ns;
    }
}

void ReadBracket::part_ends(void* context, unsigned worker) noexcept {
    static_cast<ReadBracket*>(context)->read_after(worker);
}

} // namespace bytebound
