// What one step pays for its counters: a pair of reads with nothing between. Groups of four software events, which
// every machine has; the floor is two bare read(2) calls on the same kind of group. docs: overhead stays within 10 % of
// them.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/perf_event/group.hpp"
#include "counters/perf_event/perf_collector.hpp"
#include "counters/resolver.hpp"

namespace bytebound {
namespace {

const std::vector<std::string> names = {"task-clock", "page-faults", "context-switches", "cpu-migrations"};

KernelSys kernel;

std::vector<Event> four_events(benchmark::State& state) {
    std::vector<Event> events;
    for (const std::string& name : names) {
        const auto resolution = EventResolver(SysRoot(), 0).resolve(name);
        if (!resolution || !resolution->event) {
            state.SkipWithError("a software event does not resolve");
            return {};
        }
        events.push_back(*resolution->event);
    }
    return events;
}

void raw_read_pair(benchmark::State& state) {
    std::vector<int> descriptors;
    for (const Event& event : four_events(state)) {
        perf_event_attr attr = attributes_of(event);
        attr.disabled = descriptors.empty();
        const int leader = descriptors.empty() ? -1 : descriptors.front();
        const SysResult opened = kernel.perf_event_open(attr, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);
        if (!opened.ok()) {
            state.SkipWithError("the events do not open");
            break;
        }
        descriptors.push_back(static_cast<int>(opened.value));
    }
    if (!descriptors.empty()) kernel.ioctl(descriptors.front(), PERF_EVENT_IOC_ENABLE, 0);
    std::array<std::uint64_t, 3 + 2 * 4> before{}, after{};
    for (auto _ : state) {
        benchmark::DoNotOptimize(::read(descriptors.front(), before.data(), sizeof before));
        benchmark::DoNotOptimize(::read(descriptors.front(), after.data(), sizeof after));
        benchmark::ClobberMemory();
    }
    for (const int fd : descriptors)
        kernel.close(fd);
}

void group_read_pair(benchmark::State& state) {
    auto group = Group::open(kernel, four_events(state));
    if (!group) {
        state.SkipWithError(to_line(group.error()).c_str());
        return;
    }
    std::array<CounterValue, 4> before, after;
    for (auto _ : state) {
        benchmark::DoNotOptimize(group->read(before));
        benchmark::DoNotOptimize(group->read(after));
        benchmark::ClobberMemory();
    }
}

void worker_counters_read_pair(benchmark::State& state) {
    PerfCollector collector(kernel, SysRoot());
    const auto plan = collector.plan({names, false, 0, {}});
    if (!plan) {
        state.SkipWithError(to_line(plan.error()).c_str());
        return;
    }
    auto counters = collector.open(*plan, 0);
    if (!counters || (*counters)->size() != 4) {
        state.SkipWithError("not all four events can be counted");
        return;
    }
    std::array<CounterValue, 4> before, after;
    for (auto _ : state) {
        benchmark::DoNotOptimize((*counters)->read(before));
        benchmark::DoNotOptimize((*counters)->read(after));
        benchmark::ClobberMemory();
    }
}

// Interleaved repetitions, so that a slow spell of the machine hits all three alike.
BENCHMARK(raw_read_pair);
BENCHMARK(group_read_pair);
BENCHMARK(worker_counters_read_pair);

} // namespace
} // namespace bytebound

BENCHMARK_MAIN();
