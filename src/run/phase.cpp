#include "run/phase.hpp"

#include <sched.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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
            auto opened = OpenCounters::open(counting, pass);
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

/// The measured region's two sides, for one worker: counters last before the clock and first after it.
struct Bracket {
    PhaseLog& log;
    TeamCounters& counters;
    std::size_t columns;
    std::uint32_t step = 0;

    std::span<CounterValue> row(std::vector<CounterValue>& values) const {
        return std::span(values).subspan(step * columns, columns);
    }
    void read(unsigned worker, bool before) noexcept {
        WorkerLog& own = log.workers[worker];
        if (before) own.cpu_before[step] = ::sched_getcpu();
        if (columns != 0 && !counters.of(worker).read(row(before ? own.before : own.after)) && !own.read_failed) {
            own.read_failed = true;
            own.failed_step = step;
        }
        if (!before) own.cpu_after[step] = ::sched_getcpu();
    }
};

Failure failed_read(const PhaseLog& log, TeamCounters& counters, unsigned worker) {
    Error error = counters.of(worker).last_error();
    error.code = ExitCode::internal;
    if (error.operation.empty()) error.operation = "read counters";
    error.cause += fmt::format(" at step {} of worker {}", log.workers[worker].failed_step, worker);
    if (error.remedy.empty()) error.remedy = "finished phases are kept; measure again";
    return fail(std::move(error));
}

} // namespace

Result<PhaseLog> run_phase(const PhaseStage& stage, UpdateLoop& loop, const PhaseKey& key) {
    const Experiment& experiment = stage.plan.experiments[key.experiment];
    const std::uint32_t steps = stage.plan.options.steps_per_k;
    const unsigned threads = stage.team.threads();
    const std::size_t columns = stage.counting.columns_of(key.pass).size();

    PhaseLog log;
    log.time_ns.resize(steps);
    log.rows_written.resize(experiment.changes.size());
    log.workers.resize(threads);
    for (WorkerLog& own : log.workers) {
        own.before.resize(steps * columns);
        own.after.resize(steps * columns);
        own.cpu_before.resize(steps, -1);
        own.cpu_after.resize(steps, -1);
        own.part_ns.resize(steps);
    }
    auto counters = TeamCounters::open(stage.team, stage.counting, key.pass);
    if (!counters) return fail(counters.error());
    Bracket bracket{log, *counters, columns};
    const std::function<void(unsigned)> read_before = [&](unsigned worker) { bracket.read(worker, true); };
    const std::function<void(unsigned)> read_after = [&](unsigned worker) { bracket.read(worker, false); };
    const bool alone = threads == 1;

    stage.sweep.run(stage.team);
    std::uint32_t step = 0;
    for (; step < experiment.warmup_steps && stage.stop == 0; ++step) {
        log.rows_written[step] = loop.step(step).rows_written;
        between_steps(stage, loop.active_rows());
    }
    for (std::uint32_t i = 0; i < steps && stage.stop == 0; ++i, ++step) {
        bracket.step = i;
        stage.team.clear_part_ns();
        alone ? bracket.read(0, true) : stage.team.each(read_before);
        const std::uint64_t begin = stage.clock();
        const StepOutcome outcome = loop.step(step);
        const std::uint64_t end = stage.clock();
        if (!alone) // each() below would add to the workers' own times
            for (unsigned worker = 0; worker < threads; ++worker)
                log.workers[worker].part_ns[i] = stage.team.part_ns(worker);
        alone ? bracket.read(0, false) : stage.team.each(read_after);
        log.time_ns[i] = end - begin;
        log.rows_written[step] = outcome.rows_written;
        // A serial step is the leader's alone.
        if (log.workers[0].part_ns[i] == 0) log.workers[0].part_ns[i] = end - begin;
        log.measured = i + 1;
        for (unsigned worker = 0; worker < threads; ++worker)
            if (log.workers[worker].read_failed) return failed_read(log, *counters, worker);
        between_steps(stage, loop.active_rows());
    }
    if (stage.stop != 0) return fail(stopped_by(stage.stop));
    return log;
}

Result<ReadCostRecord> measure_read_cost(Counting& counting, int pass, ClockFunction clock) {
    auto counters = OpenCounters::open(counting, pass);
    if (!counters) return fail(counters.error());
    const std::vector<std::size_t> columns = counting.columns_of(pass);
    std::vector<CounterValue> before(columns.size()), after(columns.size());
    std::vector<double> times(read_pairs), sums(columns.size());
    std::vector<std::uint64_t> counted(columns.size());
    for (std::uint64_t i = 0; i < read_pairs; ++i) {
        const std::uint64_t begin = clock();
        const bool ok = counters->read(before) && counters->read(after);
        times[i] = static_cast<double>(clock() - begin);
        if (!ok) return fail(counters->last_error());
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const Reading reading = difference(before[c], after[c]);
            if (reading.state != ReadingState::counted && reading.state != ReadingState::scaled) continue;
            sums[c] += scaled_count(reading);
            ++counted[c];
        }
    }
    ReadCostRecord cost{pass, read_pairs, median(std::move(times)), {}};
    for (std::size_t c = 0; c < columns.size(); ++c)
        if (counted[c] > 0)
            cost.counts_mean[counting.events[columns[c]].name] = sums[c] / static_cast<double>(counted[c]);
    return cost;
}

} // namespace bytebound
