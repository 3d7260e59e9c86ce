#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace bytebound {

/// A fixed team of threads; worker 0 is the calling thread (the leader). The team is created once per experiment and
/// pinned by its users through each(). Waiting spins briefly, then sleeps, so that a team on too few CPUs also makes
/// progress.
class WorkerTeam {
public:
    explicit WorkerTeam(unsigned threads);
    ~WorkerTeam();
    WorkerTeam(const WorkerTeam&) = delete;
    WorkerTeam& operator=(const WorkerTeam&) = delete;

    unsigned threads() const;

    /// Runs `work(worker)` once on every worker, including the leader, and returns when all have finished. For set-up
    /// and for reading counters around a step, outside of the timed region.
    void each(const std::function<void(unsigned)>& work);

    /// Callback of release(), in the measured region: no std::function, no allocation.
    using Part = void (*)(void* context, unsigned worker) noexcept;
    /// Releases the workers on `part`, runs the leader's own part, and waits for the last arrival. Adds each worker's
    /// own time to part_ns().
    void release(Part part, void* context) noexcept;

    /// Callbacks on every worker except the leader, around each of its parts of release() and outside of the part's
    /// time. `begin` runs right before the part; `end` runs after the worker's arrival, so that the leader does not
    /// wait for it. Neither may allocate. Data written by `end` may be read after the next each().
    struct Watch {
        Part begin = nullptr, end = nullptr;
        void* context = nullptr;
    };
    /// Call it between parts. An empty watch removes the current one. `watch.context` must outlive it.
    void watch_parts(const Watch& watch) noexcept;

    /// Nanoseconds that `worker` spent in its parts since clear_part_ns(). 0 for the leader of a serial step, whose
    /// part is the step.
    std::uint64_t part_ns(unsigned worker) const;
    void clear_part_ns() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bytebound
