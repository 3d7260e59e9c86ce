#include "loops/worker_team.hpp"

#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

#include "base/clock.hpp"

namespace bytebound {

namespace {

/// 10 to 50 us of pauses: longer than the gap between the parts of a step, shorter than a scheduler tick.
constexpr int spins = 2000;

void relax() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

/// Returns when `word` differs from `old`: spins, then sleeps on the futex behind std::atomic::wait.
void await_change(const std::atomic<std::uint32_t>& word, std::uint32_t old) noexcept {
    for (int i = 0; i < spins; ++i) {
        if (word.load(std::memory_order_acquire) != old) return;
        relax();
    }
    while (word.load(std::memory_order_acquire) == old)
        word.wait(old, std::memory_order_acquire);
}

} // namespace

struct WorkerTeam::Impl {
    /// On its own cache line, to avoid false sharing between workers.
    struct alignas(64) Worker {
        std::uint64_t part_ns = 0;
    };

    explicit Impl(unsigned threads) : workers(threads) {
        assert(threads > 0);
        try {
            for (unsigned worker = 1; worker < threads; ++worker)
                others.emplace_back([this, worker] { serve(worker); });
        } catch (...) { // the system gives no more threads
            end();
            throw;
        }
    }

    ~Impl() { end(); }

    void end() noexcept {
        run(nullptr, nullptr, false);
        for (auto& thread : others)
            thread.join();
    }

    void serve(unsigned worker) noexcept {
        std::uint32_t seen = 0;
        for (;;) {
            await_change(released, seen);
            ++seen; // cannot miss one: the leader waits for every arrival before the next release
            if (part == nullptr) return;
            // Copied before the arrival, after which the leader may write the next part's.
            const Watch watching = timed ? watch : Watch{};
            if (watching.begin != nullptr) watching.begin(watching.context, worker);
            do_part(worker);
            if (waiting_for.fetch_sub(1, std::memory_order_acq_rel) == 1) waiting_for.notify_one();
            if (watching.end != nullptr) watching.end(watching.context, worker);
        }
    }

    void do_part(unsigned worker) noexcept {
        if (!timed) return part(context, worker);
        const std::uint64_t begin = now_ns();
        part(context, worker);
        workers[worker].part_ns += now_ns() - begin;
    }

    void run(Part new_part, void* new_context, bool new_timed) noexcept {
        part = new_part;
        context = new_context;
        timed = new_timed;
        const auto count = static_cast<std::uint32_t>(others.size());
        if (count > 0) {
            waiting_for.store(count, std::memory_order_relaxed);
            released.fetch_add(1, std::memory_order_release);
            released.notify_all();
        }
        if (part == nullptr) return;
        do_part(0);
        while (count > 0) {
            const std::uint32_t left = waiting_for.load(std::memory_order_acquire);
            if (left == 0) break;
            await_change(waiting_for, left);
        }
    }

    std::vector<Worker> workers;
    Part part = nullptr;
    void* context = nullptr;
    bool timed = false;
    Watch watch;
    alignas(64) std::atomic<std::uint32_t> released{0};
    alignas(64) std::atomic<std::uint32_t> waiting_for{0};
    std::vector<std::thread> others; // declared last, so that its threads end before the members above are destroyed
};

WorkerTeam::WorkerTeam(unsigned threads) : impl_(std::make_unique<Impl>(threads)) {}
WorkerTeam::~WorkerTeam() = default;

unsigned WorkerTeam::threads() const { return static_cast<unsigned>(impl_->workers.size()); }

void WorkerTeam::each(const std::function<void(unsigned)>& work) {
    const Part call = [](void* context, unsigned worker) noexcept {
        (*static_cast<const std::function<void(unsigned)>*>(context))(worker);
    };
    impl_->run(call, const_cast<std::function<void(unsigned)>*>(&work), false);
}

void WorkerTeam::release(Part part, void* context) noexcept { impl_->run(part, context, true); }

void WorkerTeam::watch_parts(const Watch& watch) noexcept { impl_->watch = watch; }

std::uint64_t WorkerTeam::part_ns(unsigned worker) const { return impl_->workers[worker].part_ns; }

void WorkerTeam::clear_part_ns() noexcept {
    for (auto& worker : impl_->workers)
        worker.part_ns = 0;
}

} // namespace bytebound
