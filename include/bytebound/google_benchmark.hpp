// Counters per iteration for Google Benchmark (1.6 or later), in State::counters. Link with bytebound-counters and
// benchmark.
//
//     bytebound::benchmark_counters counters("instructions,page-faults"); // for all benchmarks and threads of the
//     program void copy(benchmark::State &state) {
//         const auto counted = counters.count(state);
//         for (auto _ : state) work();
//     }
//
// An event that was not counted in every thread is absent from the report, never 0; missing() has the reasons. A scaled
// value has " (scaled)" behind its name, one of a whole socket " (shared)", a unit is in brackets: "task-clock [ns]".
#ifndef BYTEBOUND_GOOGLE_BENCHMARK_HPP
#define BYTEBOUND_GOOGLE_BENCHMARK_HPP

#include <benchmark/benchmark.h>
#include <bytebound/bytebound.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace bytebound {
inline namespace interface_1 {

/// The events of a program's benchmarks. May be used by several threads and benchmarks, one benchmark at a time, and
/// must outlive them. Each thread opens the events when it first begins (1 to 3 ms for each event).
class benchmark_counters {
public:
    /// `names` and `flags` as for event_set, which throws error for a wrong name at the first begin(). Events of memory
    /// controllers are windows over each repetition: they are read in thread 0 only.
    explicit benchmark_counters(std::string names, unsigned flags = 0)
        : names_(std::move(names)), flags_(flags), id_(next_id()) {}
    benchmark_counters(const benchmark_counters&) = delete;
    benchmark_counters& operator=(const benchmark_counters&) = delete;

    /// Counts from here to the end of the scope.
    class scope {
    public:
        scope(benchmark_counters& counters, benchmark::State& state) : counters_(counters), state_(state) {
            counters_.begin(state_);
        }
        ~scope() { counters_.end(state_); }
        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;

    private:
        benchmark_counters& counters_;
        benchmark::State& state_;
    };
    [[nodiscard]] scope count(benchmark::State& state) { return scope(*this, state); }

    /// For fixtures: in SetUp, in every thread. Counts what the thread does until end(), paused timing included.
    void begin(benchmark::State&) { set().begin(); }

    /// For fixtures: in TearDown, in every thread. The last thread to come here adds the sums to its State::counters,
    /// which Google Benchmark divides by the iterations of all threads.
    void end(benchmark::State& state) noexcept {
        try {
            add(state, set().end());
        } catch (const std::exception& failure) {
            state.SkipWithError(failure.what());
            add(state, {});
        }
    }

    /// Events that the last benchmark has no value of: name and reason.
    std::map<std::string, std::string> missing() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return missing_;
    }

    /// Adds a line to the report's context for each event that cannot be counted here: call it before the benchmarks
    /// run.
    void add_context() {
        event_set& opened = set();
        for (std::size_t i = 0; i < opened.size(); ++i)
            if (const bytebound_event& event = opened.event(i); event.open == 0)
                benchmark::AddCustomContext(std::string("bytebound ") + event.name,
                                            std::string("n/a: ") + event.reason);
    }

private:
    /// One event, summed over the threads that have ended.
    struct total {
        double value = 0;
        bool counted = true, scaled = false;
    };

    static std::uint64_t next_id() {
        static std::atomic<std::uint64_t> last{0};
        return ++last;
    }

    /// This thread's counters, which live as long as the thread.
    event_set& set() {
        thread_local std::map<std::uint64_t, event_set> sets;
        const auto found = sets.find(id_);
        return found != sets.end() ? found->second : sets.try_emplace(id_, names_, flags_).first->second;
    }

    /// Adds a thread's readings, and publishes the sums with the last one's. No readings: the thread could not read.
    void add(benchmark::State& state, const std::vector<reading>& readings) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (ended_ == 0) {
            totals_.assign(set().size(), {});
            missing_.clear();
            failed_ = false;
        }
        failed_ = failed_ || readings.empty();
        for (std::size_t i = 0; i < readings.size(); ++i) {
            const reading& each = readings[i];
            if (each.event().shared != 0 && state.thread_index() != 0) continue;
            const auto value = each.value();
            totals_[i].counted = totals_[i].counted && value.has_value();
            totals_[i].value += value.value_or(0);
            totals_[i].scaled = totals_[i].scaled || each.state() == bytebound::state::scaled;
            if (!value) missing_[std::string(each.name())] = each.reason();
        }
        if (++ended_ < state.threads()) return;
        ended_ = 0;
        if (failed_ || state.iterations() == 0) return;
        for (std::size_t i = 0; i < readings.size(); ++i) {
            if (!totals_[i].counted) continue;
            std::string name(readings[i].name());
            if (!readings[i].unit().empty()) name += " [" + std::string(readings[i].unit()) + "]";
            if (totals_[i].scaled) name += " (scaled)";
            if (readings[i].event().shared != 0) name += " (shared)";
            state.counters[name] = benchmark::Counter(totals_[i].value, benchmark::Counter::kAvgIterations);
        }
    }

    std::string names_;
    unsigned flags_;
    std::uint64_t id_;
    mutable std::mutex mutex_;
    std::vector<total> totals_;
    std::map<std::string, std::string> missing_;
    int ended_ = 0;       ///< threads of the current benchmark that have ended
    bool failed_ = false; ///< one of them could not read
};

} // namespace interface_1
} // namespace bytebound

#endif
