#include "experiment/schedule/phase.hpp"

#include <sched.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "experiment/counting/idle_windows.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t read_pairs = 1000;

/// The counters of every worker, opened and closed on its own thread.
class TeamCounters {
public:
    static Result<TeamCounters> open(WorkerTeam& team, Counting& counting, int pass) {
        TeamCounters counters(team);
        std::vector<std::optional<Error>> errors(team.threads());
        team.each([&](unsigned worker) {
            auto opened = OpenCounters::open(counting, pass, worker == 0);
            if (opened)
                counters.open_[worker] = std::move(*opened);
            else
                errors[worker] = opened.error();
        });
        for (auto& error : errors)
            if (error) return fail(std::move(*error));
        return counters;
    }
    TeamCounters(TeamCounters&& other) noexcept : team_(other.team_), open_(std::move(other.open_)) {}
    TeamCounters& operator=(TeamCounters&&) = delete;
    TeamCounters(const TeamCounters&) = delete;
    TeamCounters& operator=(const TeamCounters&) = delete;
    ~TeamCounters() {
        if (!open_.empty()) team_->each([this](unsigned worker) { open_[worker].reset(); });
    }

    OpenCounters& of(unsigned worker) { return *open_[worker]; }

private:
    explicit TeamCounters(WorkerTeam& team) : team_(&team), open_(team.threads()) {}
    WorkerTeam* team_;
    std::vector<std::optional<OpenCounters>> open_;
};

void between_steps(const PhaseStage& stage, std::uint32_t active_rows) {
    if (stage.plan.options.between == Between::evict) stage.sweep.run(stage.team);
    if (stage.plan.options.between != Between::use || active_rows == 0) return;
    for (std::uint32_t group = 0; group < stage.plan.layout.groups.size(); ++group)
        read_lines(stage.workspace.slab_row(group, 0), active_rows * stage.plan.layout.groups[group].row_bytes);
}

/// The measured region's two sides. The leader reads around the whole step, last before the clock and first after it.
/// Every other worker reads around its own parts, so that its waiting is not counted.
class Bracket {
public:
    Bracket(PhaseLog& log, WorkerTeam& team, TeamCounters& counters, std::size_t columns)
        : log_(log), team_(team), counters_(counters), columns_(columns), between_(team.threads() * columns) {
        if (team.threads() > 1 && columns > 0) team.watch_parts({part_begins, part_ends, this});
    }
    ~Bracket() { team_.watch_parts({}); }
    Bracket(const Bracket&) = delete;
    Bracket& operator=(const Bracket&) = delete;

    void open(std::uint32_t step) {
        step_ = step;
        team_.clear_part_ns();
        see_cpus(&WorkerLog::cpu_before);
        if (columns_ > 0) read_before(0, row(log_.workers[0].before));
    }
    /// Afterwards the readings of every worker are there.
    void close() {
        if (columns_ > 0) read_after(0);
        see_cpus(&WorkerLog::cpu_after); // each worker comes here after its last reading
        for (unsigned worker = 0; worker < team_.threads(); ++worker)
            log_.workers[worker].part_ns[step_] = team_.part_ns(worker);
    }

private:
    std::span<CounterValue> row(std::vector<CounterValue>& values) const {
        return std::span(values).subspan(step_ * columns_, columns_);
    }
    void read_before(unsigned worker, std::span<CounterValue> out) noexcept {
        if (log_.workers[worker].read_failed) return; // last_error() keeps saying why
        OpenCounters& counters = counters_.of(worker);
        check(worker, counters.read_before(out));
        log_.workers[worker].stamp = counters.schedule_stamp();
    }
    void read_after(unsigned worker) noexcept {
        WorkerLog& own = log_.workers[worker];
        if (own.read_failed) return;
        OpenCounters& counters = counters_.of(worker);
        check(worker, counters.read_after(row(own.after)));
        if (counters.schedule_stamp() != own.stamp) own.interrupted[step_] = true;
    }
    void check(unsigned worker, bool read) noexcept {
        WorkerLog& own = log_.workers[worker];
        if (read || own.read_failed) return;
        own.read_failed = true;
        own.failed_step = step_;
    }
    void see_cpus(std::vector<int> WorkerLog::*cpus) {
        if (team_.threads() == 1) {
            (log_.workers[0].*cpus)[step_] = ::sched_getcpu();
            return;
        }
        const auto look = [&](unsigned worker) { (log_.workers[worker].*cpus)[step_] = ::sched_getcpu(); };
        team_.each(look);
    }
    /// Of a later part of the same step: what was counted since the part before is moved out of the difference.
    static void part_begins(void* context, unsigned worker) noexcept {
        Bracket& bracket = *static_cast<Bracket*>(context);
        WorkerLog& own = bracket.log_.workers[worker];
        const auto before = bracket.row(own.before);
        if (own.parts[bracket.step_]++ == 0) return bracket.read_before(worker, before);
        const auto now = std::span(bracket.between_).subspan(worker * bracket.columns_, bracket.columns_);
        bracket.read_before(worker, now);
        const auto after = bracket.row(own.after);
        for (std::size_t c = 0; c < now.size(); ++c) {
            before[c].count += now[c].count - after[c].count;
            before[c].enabled_ns += now[c].enabled_ns - after[c].enabled_ns;
            before[c].running_ns += now[c].running_ns - after[c].running_ns;
        }
    }
    static void part_ends(void* context, unsigned worker) noexcept {
        static_cast<Bracket*>(context)->read_after(worker);
    }

    PhaseLog& log_;
    WorkerTeam& team_;
    TeamCounters& counters_;
    std::size_t columns_;
    std::uint32_t step_ = 0;
    std::vector<CounterValue> between_; ///< scratch of each worker
};

Failure failed_read(const OpenCounters& counters, const std::string& when) {
    Error error = counters.last_error();
    error.code = ExitCode::internal;
    if (error.operation.empty()) error.operation = "read counters";
    error.cause += " " + when;
    if (error.remedy.empty()) error.remedy = "finished phases are kept; measure again";
    return fail(std::move(error));
}

/// A counter of a CPU that went offline still answers, with the times of its end (events/core.c, perf_event_exit_cpu);
/// that of a CPU that is there has been enabled a little longer at every reading.
std::optional<std::string> standing_still(const Counting& counting, std::span<const CounterSlot> slots,
                                          std::span<const CounterValue> before, std::span<const CounterValue> after) {
    for (std::size_t s = 0; s < slots.size(); ++s)
        if (slots[s].sharing == Sharing::socket && before[s].enabled_ns == after[s].enabled_ns)
            return counting.events[slots[s].column].name;
    return {};
}

Failure stands_still(const std::string& event, const std::string& when) {
    return fail({ExitCode::internal, "read event", event, "a counter of it stands still " + when,
                 "see whether a CPU went offline or a PMU's driver was unloaded; finished phases are kept"});
}

} // namespace

Result<PhaseLog> run_phase(const PhaseStage& stage, UpdateLoop& loop, const PhaseKey& key) {
    const Experiment& experiment = stage.plan.experiments[key.experiment];
    const std::uint32_t readings = stage.plan.options.steps_per_k;
    const unsigned threads = stage.team.threads();
    const std::vector<CounterSlot> slots = stage.counting.slots_of(key.pass);
    const std::size_t columns = slots.size();
    const bool shared = stage.counting.counts_shared(key.pass);

    PhaseLog log;
    log.time_ns.resize(readings);
    log.rows_written.resize(experiment.changes.size());
    log.workers.resize(threads);
    for (WorkerLog& own : log.workers) {
        own.before.resize(readings * columns);
        own.after.resize(readings * columns);
        own.cpu_before.resize(readings, -1);
        own.cpu_after.resize(readings, -1);
        own.part_ns.resize(readings);
        own.parts.resize(readings);
        own.interrupted.resize(readings);
    }
    auto counters = TeamCounters::open(stage.team, stage.counting, key.pass);
    if (!counters) {
        // It was opened at planning: what vanished since is a failed phase, not a wrong plan.
        Error error = counters.error();
        error.code = ExitCode::internal;
        error.cause += ", before the phase";
        return fail(std::move(error));
    }
    if (shared && !watch_idle(counters->of(0), idle_windows, log.idle_before))
        return failed_read(counters->of(0), "before the phase");
    stage.sweep.run(stage.team);
    std::uint32_t step = 0;
    for (; step < experiment.warmup_steps && stage.stop == 0; ++step) {
        log.rows_written[step] = loop.step(step).rows_written;
        between_steps(stage, loop.active_rows());
    }
    Bracket bracket(log, stage.team, *counters, columns);
    for (std::uint32_t i = 0; i < readings && stage.stop == 0; ++i) {
        bracket.open(i);
        const std::uint64_t begin = stage.clock();
        for (const std::uint32_t last = step + experiment.batch; step < last; ++step)
            log.rows_written[step] = loop.step(step).rows_written;
        const std::uint64_t end = stage.clock();
        bracket.close();
        log.time_ns[i] = end - begin;
        // A serial step is the leader's alone.
        if (log.workers[0].part_ns[i] == 0) log.workers[0].part_ns[i] = end - begin;
        log.measured = i + 1;
        for (unsigned worker = 0; worker < threads; ++worker)
            if (log.workers[worker].read_failed)
                return failed_read(counters->of(worker),
                                   fmt::format("at reading {} of worker {}", log.workers[worker].failed_step, worker));
        const WorkerLog& leader = log.workers[0];
        if (shared)
            if (const auto event =
                    standing_still(stage.counting, slots, std::span(leader.before).subspan(i * columns, columns),
                                   std::span(leader.after).subspan(i * columns, columns)))
                return stands_still(*event, fmt::format("at reading {}", i));
        between_steps(stage, loop.active_rows());
    }
    if (stage.stop != 0) return fail(stopped_by(stage.stop));
    if (shared && !watch_idle(counters->of(0), idle_windows, log.idle_after))
        return failed_read(counters->of(0), "after the phase");
    return log;
}

Result<ReadCostRecord> measure_read_cost(Counting& counting, int pass, ClockFunction clock) {
    auto counters = TRY(OpenCounters::open(counting, pass, true));
    const std::vector<CounterSlot> columns = counting.slots_of(pass);
    std::vector<CounterValue> before(columns.size()), after(columns.size());
    std::vector<double> times(read_pairs), sums(columns.size());
    std::vector<std::uint64_t> counted(columns.size());
    for (std::uint64_t i = 0; i < read_pairs; ++i) {
        const std::uint64_t begin = clock();
        const bool ok = counters.read_before(before) && counters.read_after(after);
        times[i] = static_cast<double>(clock() - begin);
        if (!ok) return fail(counters.last_error());
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const Reading reading = difference(before[c], after[c]);
            if (reading.state != ReadingState::counted && reading.state != ReadingState::scaled) continue;
            sums[c] += scaled_count(reading) * columns[c].weight;
            ++counted[c];
        }
    }
    ReadCostRecord cost{pass, read_pairs, median(std::move(times)), {}};
    // What everybody else moved meanwhile is no cost of the reads.
    for (std::size_t c = 0; c < columns.size(); ++c)
        if (counted[c] > 0 && columns[c].sharing != Sharing::socket)
            cost.counts_mean[counting.events[columns[c].column].name] += sums[c] / static_cast<double>(counted[c]);
    return cost;
}

} // namespace bytebound
