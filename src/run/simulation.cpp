#include "run/simulation.hpp"

#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.hpp"

namespace bytebound {
namespace {

struct Task {
    std::size_t experiment = 0, loop = 0;
    std::uint32_t repeat = 0;
};

/// Lines that do not fit the simulator's words: the arena is too large for this geometry.
bool fits(const RunPlan& plan) {
    return plan.arena_bytes / plan.geometry.line_bytes < CacheSim::line_limit(plan.geometry);
}

/// The gap in front of a step, in the simulator: the sweep evicts everything and reads 4 x the cache; a use reads the
/// whole packed block.
GapBytes simulate_gap(CacheObserver& observer, const RunPlan& plan, const Workspace& workspace,
                      std::uint32_t active_rows) {
    CacheSim& cache = observer.cache();
    const LineCounts before = cache.counts();
    GapBytes gap;
    if (plan.options.between == Between::evict) {
        cache.evict_all();
        gap.read = 4 * plan.geometry.size_bytes;
    } else {
        for (const BufferRange& range : workspace.ranges()) {
            if (range.buffer != Buffer::slab) continue;
            observer.load(Buffer::slab, range.offset, active_rows * plan.layout.groups.at(range.group).row_bytes);
        }
    }
    const LineCounts moved = cache.counts().since(before);
    gap.read += moved.fetched_total() * plan.geometry.line_bytes;
    gap.written = moved.written_back_total() * plan.geometry.line_bytes;
    return gap;
}

void replay(SimulatedRow& row, const RunPlan& plan, const Experiment& experiment, LoopKind kind, Workspace& workspace,
            const LoopOptions& options, const StopFlag& stop) {
    CacheObserver observer(plan.geometry);
    const auto loop = make_replay(kind, workspace, observer, options);
    if (!loop) {
        row.reason = "torch: library code";
        return;
    }
    loop->reset(experiment.changes);
    for (std::uint32_t step = 0; step < experiment.changes.size() && stop == 0; ++step) {
        if (plan.options.between != Between::none)
            row.gaps.push_back(step == 0 ? GapBytes{} : simulate_gap(observer, plan, workspace, loop->active_rows()));
        const LineCounts before = observer.cache().counts();
        loop->step(step);
        row.steps.push_back(observer.cache().counts().since(before));
    }
    row.line_references = observer.cache().references();
    row.simulated = true;
}

/// Hands out tasks and carries the first error.
class Queue {
public:
    explicit Queue(std::vector<Task> tasks) : tasks_(std::move(tasks)) {}

    std::optional<Task> take(const StopFlag& stop) {
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
    /// Calls `report` (on the calling thread) as tasks finish, until every one of `threads` has left.
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
    std::vector<Task> tasks_;
    std::size_t next_ = 0, done_ = 0, left_ = 0;
    std::optional<Error> error_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

/// New threads inherit the leader's one CPU: widen to all that the process may use. Where binding is refused the
/// threads merely share one CPU.
void spread_over(const std::vector<int>& cpus) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus)
        if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(static_cast<unsigned>(cpu), &set);
    if (CPU_COUNT(&set) > 0) ::sched_setaffinity(0, sizeof set, &set);
}

void run_task(const Task& task, Simulation& simulation, const RunPlan& plan, Workspace& workspace, bool model,
              const StopFlag& stop) {
    const RunOptions& o = plan.options;
    const Experiment& experiment = plan.experiments[task.experiment];
    SimulatedRow& row = simulation.rows[task.experiment][task.loop];
    const LoopKind kind = o.loops[task.loop];
    const LoopOptions options{o.tau, CopyMethod::memcpy, o.grain, o.parallel_threshold};
    generate_trace(workspace.masks(), o.pool_rows, o.active_rows, experiment.changes, o.pattern, o.seed, experiment.k,
                   task.repeat);
    row.ledgers[task.repeat] = replay_ledger(kind, workspace, experiment.changes, options);
    if (task.repeat == 0 && model) replay(row, plan, experiment, kind, workspace, options, stop);
}

} // namespace

Error stopped_by(int signal) {
    const bool interrupt = signal == SIGINT;
    return {interrupt ? ExitCode::interrupted : ExitCode::terminated, "run", "",
            interrupt ? "interrupted" : "terminated", "finished phases are kept; bytebound report shows them"};
}

void CacheObserver::copy(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset,
                         std::uint64_t bytes) {
    const Lines source = lines_of(from_offset, bytes), target = lines_of(to_offset, bytes);
    const std::uint64_t both = std::min(source.count, target.count);
    cache_.copy(from, source.first, to, target.first, both);
    // Rows that are no multiple of a line may straddle one more line on one side.
    if (source.count > both) cache_.load_range(from, source.first + both, source.count - both);
    if (target.count > both) cache_.store_range(to, target.first + both, target.count - both);
}

void CacheObserver::load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) {
    const Lines lines = lines_of(offset, bytes);
    cache_.load_range(buffer, lines.first, lines.count);
}

void CacheObserver::store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) {
    const Lines lines = lines_of(offset, bytes);
    cache_.store_range(buffer, lines.first, lines.count);
}

Result<Simulation> simulate(const RunPlan& plan, const std::vector<int>& cpus, const ProgressCallback& progress,
                            const StopFlag& stop) {
    const std::uint64_t begun = now_ns();
    const RunOptions& o = plan.options;
    const bool model = plan.collectors.simulate && fits(plan);
    Simulation simulation;
    std::vector<Task> tasks;
    for (std::size_t e = 0; e < plan.experiments.size(); ++e) {
        auto& rows = simulation.rows.emplace_back(o.loops.size());
        for (std::size_t l = 0; l < rows.size(); ++l) {
            rows[l].ledgers.resize(o.repeats);
            if (!plan.collectors.simulate)
                rows[l].reason = "--collector does not name sim";
            else if (!model)
                rows[l].reason = "the arena is larger than the simulated cache can address";
            for (std::uint32_t repeat = 0; repeat < o.repeats; ++repeat)
                tasks.push_back({e, l, repeat});
        }
    }
    // The replays of repeat 0 are the long ones: first.
    std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.repeat < b.repeat; });

    const std::size_t threads = std::clamp<std::size_t>(cpus.size(), 1, std::min<std::size_t>(tasks.size(), 64));
    Queue queue(std::move(tasks));
    {
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < threads; ++i)
            workers.emplace_back([&] {
                spread_over(cpus);
                auto workspace = Workspace::allocate(plan.workspace);
                if (!workspace) queue.stop_with(workspace.error());
                while (const auto task = workspace ? queue.take(stop) : std::nullopt) {
                    run_task(*task, simulation, plan, *workspace, model, stop);
                    queue.finish();
                }
                queue.leave();
            });
        queue.wait(threads, [&](std::size_t done, std::size_t total) {
            if (progress) progress({"simulate", done, total, {}});
        });
    }
    if (queue.error()) return fail(*queue.error());
    if (stop != 0) return fail(stopped_by(stop));
    simulation.seconds = static_cast<double>(now_ns() - begun) * 1e-9;
    return simulation;
}

std::vector<std::string> simulated_columns(Between between) {
    std::vector<std::string> columns = {"dram_read_bytes", "dram_write_bytes", "llc_misses"};
    for (std::size_t i = 0; i < buffer_count; ++i) {
        const std::string buffer(name_of(static_cast<Buffer>(i)));
        columns.push_back(buffer + "_read_bytes");
        columns.push_back(buffer + "_write_bytes");
    }
    if (between != Between::none) columns.insert(columns.end(), {"gap_dram_read_bytes", "gap_dram_write_bytes"});
    return columns;
}

std::vector<std::optional<std::uint64_t>> simulated_values(const SimulatedRow& row, std::size_t step,
                                                           std::uint32_t line_bytes, Between between) {
    const LineCounts& lines = row.steps.at(step);
    std::vector<std::optional<std::uint64_t>> values = {lines.fetched_total() * line_bytes,
                                                        lines.written_back_total() * line_bytes, lines.fetched_total()};
    for (std::size_t i = 0; i < buffer_count; ++i) {
        values.push_back(lines.fetched[i] * line_bytes);
        values.push_back(lines.written_back[i] * line_bytes);
    }
    if (between != Between::none) {
        values.push_back(row.gaps.at(step).read);
        values.push_back(row.gaps.at(step).written);
    }
    return values;
}

} // namespace bytebound
