#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace bytebound {

/// A fixed team of threads; worker 0 is the calling thread (the leader). The team is created once per experiment and
/// pinned by its users through each(). Waiting spins briefly, then sleeps, so that a team on too few CPUs still ends.
class WorkerTeam {
public:
    explicit WorkerTeam(unsigned threads);
    ~WorkerTeam();
    WorkerTeam(const WorkerTeam&) = delete;
    WorkerTeam& operator=(const WorkerTeam&) = delete;

    unsigned threads() const;

    /// Runs `work(worker)` once on every worker, the leader included, and returns when all have finished. For set-up
    /// and for reading counters around a step: outside the clocks.
    void each(const std::function<void(unsigned)>& work);

    /// Raw form of each() for the measured region: no std::function, no allocation.
    using Part = void (*)(void* context, unsigned worker) noexcept;
    /// Releases the workers on `part`, does the leader's own part, waits for the last arrival. Each worker's own time
    /// in its part is added to part_ns().
    void release(Part part, void* context) noexcept;

    /// Called on every worker but the leader around each of its parts of release(), outside of the part's time: `begin`
    /// right before the part; `end` after the worker's arrival, so that the leader does not wait for it. Neither
    /// allocates. What `end` wrote may be read after the next each().
    struct Watch {
        Part begin = nullptr, end = nullptr;
        void* context = nullptr;
    };
    /// Between parts; an empty watch ends it. `watch.context` outlives it.
    void watch_parts(const Watch& watch) noexcept;

    /// Nanoseconds that `worker` spent in its parts since clear_part_ns(). For the leader of a serial step this is 0:
    /// its part is the step.
    std::uint64_t part_ns(unsigned worker) const;
    void clear_part_ns() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bytebound
