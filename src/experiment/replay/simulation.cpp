#include "experiment/replay/simulation.hpp"

#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/exception_error.hpp"
#include "catalogue/metrics.hpp"
#include "experiment/plan/plan_replay.hpp"

namespace bytebound {
namespace {

struct SimulationTask {
    std::size_t experiment = 0, loop = 0;
    std::uint32_t segment = 0;
    double lines = 0; ///< estimated references through the cache
    CopyMethod copy = CopyMethod::memcpy;
    bool other_stores = false; ///< not those of the loop's copy method
};

/// What a task adds to its row.
struct SimulatedTask {
    std::optional<Simulation> segment;
    std::string reason; ///< why the row cannot be simulated
};

/// Distributes tasks and keeps the first error.
class Queue {
public:
    explicit Queue(std::size_t tasks) : tasks_(tasks) {}

    /// The index of a task.
    std::optional<std::size_t> take(const StopFlag& stop) {
        const std::lock_guard lock(mutex_);
        if (stop != 0 || error_ || next_ == tasks_) return {};
        return next_++;
    }
    void finish() {
        const std::lock_guard lock(mutex_);
        ++done_;
        changed_.notify_one();
    }
    void stop_with(Error error) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::move(error);
        changed_.notify_one();
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        ++left_;
        changed_.notify_one();
    }
    /// Calls `report` (on the calling thread) as tasks finish, until all `threads` threads have left.
    void wait(std::size_t threads, const std::function<void(std::size_t, std::size_t)>& report) {
        std::unique_lock lock(mutex_);
        std::size_t told = 0;
        while (left_ < threads) {
            changed_.wait(lock);
            if (done_ == told) continue;
            told = done_;
            lock.unlock();
            report(told, tasks_);
            lock.lock();
        }
    }
    const std::optional<Error>& error() const { return error_; }

private:
    const std::size_t tasks_;
    std::size_t next_ = 0, done_ = 0, left_ = 0;
    std::optional<Error> error_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

/// New threads inherit the leader's affinity of one CPU, so it is widened to all CPUs of the process. If binding is
/// refused, the threads share one CPU, which is only slower.
void spread_over(const std::vector<int>& cpus) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus)
        if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(static_cast<unsigned>(cpu), &set);
    if (CPU_COUNT(&set) > 0) ::sched_setaffinity(0, sizeof set, &set);
}

/// A worker's arena, made again when a task needs another layout.
class TaskArena {
public:
    Result<Workspace*> for_spec(const WorkspaceSpec& spec) {
        if (!workspace_ || workspace_->spec() != spec) {
            workspace_.reset();
            workspace_ = TRY(Workspace::allocate(spec));
        }
        return &*workspace_;
    }

private:
    std::optional<Workspace> workspace_;
};

/// Replays a segment, which is in the workspace, through the cache. A loop or arena that cannot be simulated is
/// recorded as the reason, not returned as an error.
Result<void> simulate_segment(const SimulationTask& task, SimulatedTask& result, const RunPlan& plan,
                              Workspace& workspace, std::span<const StepChange> changes, const LoopOptions& options,
                              const StopPredicate& stop) {
    const RunOptions& o = plan.options;
    const std::optional<HierarchySpec> hierarchy =
        plan.hierarchy ? std::optional(plan.hierarchy->spec) : std::optional<HierarchySpec>();
    auto simulation = bytebound::simulate(
        {o.loops[task.loop], workspace.spec(), plan.experiments[task.experiment].trace, task.segment, options,
         plan.cache.geometry, gap_of(o.between), 4 * plan.cache.geometry.size_bytes, stop, hierarchy},
        workspace, changes);
    if (simulation) {
        result.segment = std::move(*simulation);
        return {};
    }
    if (simulation.error().code != ExitCode::not_possible || simulation.error().sys_errno != 0)
        return fail(simulation.error());
    result.reason = simulation.error().cause;
    return {};
}

/// Simulates a segment. `stop` ends it early; the incomplete results are not used.
Result<void> run_task(const SimulationTask& task, SimulatedTask& result, const RunPlan& plan, TraceStore& traces,
                      TaskArena& arena, const StopPredicate& stop) {
    const RunOptions& o = plan.options;
    const Experiment& experiment = plan.experiments[task.experiment];
    const LoopKind kind = o.loops[task.loop];
    const LoopOptions options{o.tau, task.copy, o.grain, o.parallel_threshold};
    Workspace& workspace = *TRY(arena.for_spec(replay_workspace(plan, experiment, kind)));
    const SharedChanges changes = TRY(traces.fill(workspace.masks(), experiment.trace, task.segment, stop));
    if (!changes) return {};
    return simulate_segment(task, result, plan, workspace, *changes, options, stop);
}

/// A copy method whose stores take the other way to memory.
CopyMethod with_other_stores(CopyMethod copy) { return copy == CopyMethod::nt ? CopyMethod::memcpy : CopyMethod::nt; }

/// One task for every simulated segment of every (loop, k). The longest start first, so that no CPU waits for a long
/// last one.
std::vector<SimulationTask> tasks_of(const RunPlan& plan, std::span<const CopyMethod> oracle_copies) {
    const RunOptions& o = plan.options;
    std::vector<SimulationTask> tasks;
    if (!plan.counting.collectors.simulate) return tasks;
    for (std::size_t e = 0; e < plan.experiments.size(); ++e)
        for (std::size_t l = 0; l < o.loops.size(); ++l) {
            if (o.loops[l] == LoopKind::plug_in) continue;
            const Experiment& experiment = plan.experiments[e];
            const double lines = replayed_lines(plan, experiment, o.loops[l]);
            const bool chose = tries_copies(o.loops[l]);
            const CopyMethod copy = chose ? oracle_copies[e] : o.copy;
            for (std::uint32_t segment = 0; segment < simulated_segments(plan, experiment, o.loops[l]); ++segment) {
                tasks.push_back({e, l, segment, lines, copy});
                if (chose) tasks.push_back({e, l, segment, lines, with_other_stores(copy), true});
            }
        }
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const SimulationTask& a, const SimulationTask& b) { return a.lines > b.lines; });
    return tasks;
}

/// Sorts the results of all tasks by row and segment.
SimulatedRun collected(const RunPlan& plan, std::span<const SimulationTask> tasks, std::vector<SimulatedTask> results) {
    const RunOptions& o = plan.options;
    SimulatedRun run;
    for (std::size_t e = 0; e < plan.experiments.size(); ++e) {
        auto& rows = run.rows.emplace_back(o.loops.size());
        for (std::size_t l = 0; l < rows.size(); ++l) {
            const std::uint32_t segments = simulated_segments(plan, plan.experiments[e], o.loops[l]);
            if (plan.counting.collectors.simulate && o.loops[l] == LoopKind::plug_in) {
                rows[l].reason = "plug-in";
            } else if (plan.counting.collectors.simulate) {
                rows[l].segments.resize(segments);
                if (tries_copies(o.loops[l])) rows[l].other_stores.resize(segments);
            } else {
                rows[l].reason = "--collector does not list sim";
            }
        }
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        SimulatedRow& row = run.rows[tasks[i].experiment][tasks[i].loop];
        if (!results[i].reason.empty()) row.reason = std::move(results[i].reason);
        auto& segments = tasks[i].other_stores ? row.other_stores : row.segments;
        if (results[i].segment) segments.at(tasks[i].segment) = std::move(*results[i].segment);
    }
    for (auto& rows : run.rows)
        for (SimulatedRow& row : rows)
            if (!row.reason.empty()) {
                row.segments.clear();
                row.other_stores.clear();
            }
    return run;
}

} // namespace

Result<SimulatedRun> simulate_run(const RunPlan& plan, TraceStore& traces, const std::vector<int>& cpus,
                                  std::span<const CopyMethod> oracle_copies, const ProgressCallback& progress,
                                  const StopFlag& stop) {
    const std::uint64_t begun = now_ns();
    const std::vector<SimulationTask> tasks = tasks_of(plan, oracle_copies);
    std::vector<SimulatedTask> results(tasks.size());
    const std::size_t threads =
        std::min({std::max<std::size_t>(cpus.size(), 1), tasks.size(), plan.simulation_threads});
    Queue queue(tasks.size());
    const auto work = [&] {
        try {
            TaskArena arena;
            while (const auto task = queue.take(stop)) {
                if (auto done = run_task(tasks[*task], results[*task], plan, traces, arena, [&] { return stop != 0; });
                    !done)
                    queue.stop_with(done.error());
                queue.finish();
            }
        } catch (const std::exception& exception) {
            queue.stop_with(error_of(exception));
        }
        queue.leave();
    };
    {
        std::vector<std::jthread> workers;
        try {
            for (std::size_t i = 0; i < threads; ++i)
                workers.emplace_back([&] {
                    spread_over(cpus);
                    work();
                });
        } catch (const std::system_error&) { // the system gives no more threads
        }
        if (workers.empty()) work();
        queue.wait(std::max<std::size_t>(workers.size(), 1), [&](std::size_t done, std::size_t total) {
            if (progress) progress({"simulate", done, total, {}});
        });
    }
    if (stop != 0) return fail(stopped_by(stop));
    if (queue.error()) return fail(*queue.error());
    SimulatedRun simulation = collected(plan, tasks, std::move(results));
    simulation.seconds = static_cast<double>(now_ns() - begun) * 1e-9;
    return simulation;
}

std::vector<std::string> simulated_columns(Between between) {
    std::vector<std::string> columns = {std::string(metric_name::dram_read_bytes),
                                        std::string(metric_name::dram_write_bytes),
                                        std::string(metric_name::llc_misses)};
    for (std::size_t i = 0; i < buffer_count; ++i) {
        const std::string buffer(name_of(static_cast<Buffer>(i)));
        columns.push_back(buffer + "_read_bytes");
        columns.push_back(buffer + "_write_bytes");
    }
    columns.insert(columns.end(), {"cold_read_bytes", "write_allocate_bytes"});
    if (between != Between::none)
        for (const MetricEntry& gap : gap_metrics())
            columns.emplace_back(gap.name);
    return columns;
}

std::vector<std::optional<std::uint64_t>> simulated_values(const Simulation& segment, std::size_t first,
                                                           std::uint32_t batch, std::uint32_t line_bytes,
                                                           Between between) {
    std::vector<std::optional<std::uint64_t>> sums(simulated_columns(between).size(), 0);
    for (std::size_t step = first; step < first + batch; ++step) {
        const LineCounts& lines = segment.steps.at(step);
        std::size_t column = 0;
        const auto add = [&](std::uint64_t value) { *sums[column++] += value; };
        add(lines.fetched_total() * line_bytes);
        add(lines.written_back_total() * line_bytes);
        add(lines.fetched_total());
        for (std::size_t i = 0; i < buffer_count; ++i) {
            add(lines.fetched[i] * line_bytes);
            add(lines.written_back[i] * line_bytes);
        }
        add(lines.cold_reads * line_bytes);
        add(lines.write_allocated * line_bytes);
        if (between != Between::none) {
            add(segment.gaps.at(step).fetched * line_bytes);
            add(segment.gaps.at(step).written_back * line_bytes);
        }
    }
    return sums;
}

std::string why_not_simulated(const SimulatedRun& simulation) {
    std::string reason;
    for (const auto& rows : simulation.rows)
        for (const SimulatedRow& row : rows) {
            if (row.simulated()) return {};
            if (reason.empty()) reason = row.reason;
        }
    return "no simulation: " + reason;
}

} // namespace bytebound
