#include "experiment/replay/simulation.hpp"

#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "catalogue/metrics.hpp"

namespace bytebound {
namespace {

struct SimulationTask {
    std::size_t experiment = 0, loop = 0;
    std::uint32_t repeat = 0;
};

Gap gap_of(Between between) {
    switch (between) {
    case Between::none: break;
    case Between::use: return Gap::use;
    case Between::evict: return Gap::evict;
    }
    return Gap::none;
}

/// Distributes tasks and keeps the first error.
class Queue {
public:
    explicit Queue(std::vector<SimulationTask> tasks) : tasks_(std::move(tasks)) {}

    std::optional<SimulationTask> take(const StopFlag& stop) {
        const std::lock_guard lock(mutex_);
        if (stop != 0 || error_ || next_ == tasks_.size()) return {};
        return tasks_[next_++];
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
            report(told, tasks_.size());
            lock.lock();
        }
    }
    const std::optional<Error>& error() const { return error_; }

private:
    std::vector<SimulationTask> tasks_;
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

/// Replays segment 0, which is in the workspace, through the cache. A loop or arena that cannot be simulated is
/// recorded as a reason, not returned as an error.
Result<void> simulate_row(const SimulationTask& task, SimulatedRow& row, const RunPlan& plan, Workspace& workspace,
                          std::span<const StepChange> changes, const LoopOptions& options, const StopPredicate& stop) {
    const RunOptions& o = plan.options;
    const Experiment& experiment = plan.experiments[task.experiment];
    const std::optional<HierarchySpec> hierarchy =
        plan.hierarchy ? std::optional(plan.hierarchy->spec) : std::optional<HierarchySpec>();
    auto simulation =
        bytebound::simulate({o.loops[task.loop], plan.workspace, experiment.trace, 0, options, plan.cache.geometry,
                             gap_of(o.between), 4 * plan.cache.geometry.size_bytes, stop, hierarchy},
                            workspace, changes);
    if (!simulation) {
        if (simulation.error().code != ExitCode::not_possible || simulation.error().sys_errno != 0)
            return fail(simulation.error());
        row.reason = simulation.error().cause;
        return {};
    }
    row.simulated = true;
    row.steps = std::move(simulation->steps);
    row.gaps = std::move(simulation->gaps);
    row.dirty_before = simulation->dirty_before;
    row.flushed = simulation->flushed;
    row.line_references = simulation->line_references;
    row.levels = simulation->levels;
    return {};
}

/// Computes the figures of one repeat and, for repeat 0, simulates. `stop` ends it early; the incomplete results are
/// not used.
Result<void> run_task(const SimulationTask& task, SimulatedRun& run, const RunPlan& plan, TraceStore& traces,
                      Workspace& workspace, const StopPredicate& stop) {
    const RunOptions& o = plan.options;
    const Experiment& experiment = plan.experiments[task.experiment];
    SimulatedRow& row = run.rows[task.experiment][task.loop];
    const LoopOptions options{o.tau, o.copy, o.grain, o.parallel_threshold};
    const SharedChanges changes = TRY(traces.fill(workspace.masks(), experiment.trace, task.repeat, stop));
    if (!changes) return {};
    row.ledgers[task.repeat] = replay_ledger(o.loops[task.loop], workspace, *changes, options, stop);
    if (task.repeat != 0 || !plan.counting.collectors.simulate || stop()) return {};
    return simulate_row(task, row, plan, workspace, *changes, options, stop);
}

} // namespace

Result<SimulatedRun> simulate_run(const RunPlan& plan, TraceStore& traces, const std::vector<int>& cpus,
                                  const ProgressCallback& progress, const StopFlag& stop) {
    const std::uint64_t begun = now_ns();
    const RunOptions& o = plan.options;
    SimulatedRun simulation;
    std::vector<SimulationTask> tasks;
    for (std::size_t e = 0; e < plan.experiments.size(); ++e) {
        auto& rows = simulation.rows.emplace_back(o.loops.size());
        for (std::size_t l = 0; l < rows.size(); ++l) {
            rows[l].ledgers.resize(o.repeats);
            if (!plan.counting.collectors.simulate) rows[l].reason = "--collector does not list sim";
            for (std::uint32_t repeat = 0; repeat < o.repeats; ++repeat)
                tasks.push_back({e, l, repeat});
        }
    }
    // The replays of repeat 0 take longest, so they start first.
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const SimulationTask& a, const SimulationTask& b) { return a.repeat < b.repeat; });

    const std::size_t threads =
        std::clamp<std::size_t>(cpus.size(), 1, std::min<std::size_t>(tasks.size(), plan.simulation_threads));
    Queue queue(std::move(tasks));
    {
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < threads; ++i)
            workers.emplace_back([&] {
                spread_over(cpus);
                auto workspace = Workspace::allocate(plan.workspace);
                if (!workspace) queue.stop_with(workspace.error());
                while (const auto task = workspace ? queue.take(stop) : std::nullopt) {
                    if (auto done = run_task(*task, simulation, plan, traces, *workspace, [&] { return stop != 0; });
                        !done)
                        queue.stop_with(done.error());
                    queue.finish();
                }
                queue.leave();
            });
        queue.wait(threads, [&](std::size_t done, std::size_t total) {
            if (progress) progress({"simulate", done, total, {}});
        });
    }
    if (stop != 0) return fail(stopped_by(stop));
    if (queue.error()) return fail(*queue.error());
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

std::vector<std::optional<std::uint64_t>> simulated_values(const SimulatedRow& row, std::size_t first,
                                                           std::uint32_t batch, std::uint32_t line_bytes,
                                                           Between between) {
    std::vector<std::optional<std::uint64_t>> sums(simulated_columns(between).size(), 0);
    for (std::size_t step = first; step < first + batch; ++step) {
        const LineCounts& lines = row.steps.at(step);
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
            add(row.gaps.at(step).fetched * line_bytes);
            add(row.gaps.at(step).written_back * line_bytes);
        }
    }
    return sums;
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
