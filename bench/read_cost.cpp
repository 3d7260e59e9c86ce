// Cost of reading counters per step: a pair of reads with nothing in between. Groups of four software events exist on
// every machine; the floor is two bare read(2) calls on such a group, and our reads should stay within 10 % of it.
// User-space reads need core events, and PAPI needs a CPU in its tables; otherwise the row is marked as skipped.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/names/resolver.hpp"
#include "counters/perf_event/group.hpp"
#include "counters/perf_event/perf_collector.hpp"
#include "counters/perf_event/user_access.hpp"
#include "counters/registry.hpp"

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

/// Through the collector's own reader, as in a run.
void collector_read_pair(benchmark::State& state, std::string_view name) {
    const CollectorEntry* entry = find_collector(collectors(), name);
    if (entry == nullptr || entry->make == nullptr) return state.SkipWithError("not in this build");
    const auto collector = entry->make(kernel, SysRoot());
    if (const Capability can = collector->capability(); !can.available) return state.SkipWithError(can.cause.c_str());
    PlanRequest request;
    request.names = names;
    const auto plan = collector->plan(request);
    if (!plan) return state.SkipWithError(to_line(plan.error()).c_str());
    auto counters = collector->open(*plan, 0);
    if (!counters || (*counters)->size() != 4) return state.SkipWithError("not all four events can be counted");
    std::array<CounterValue, 4> before, after;
    for (auto _ : state) {
        benchmark::DoNotOptimize((*counters)->read(before));
        benchmark::DoNotOptimize((*counters)->read(after));
        benchmark::ClobberMemory();
    }
}

/// Two core events, read through the kernel or, if allowed, in user space.
void core_read_pair(benchmark::State& state, bool in_user_space) {
    std::vector<Event> events;
    for (const char* name : {"cycles", "instructions"}) {
        const auto resolution = EventResolver(SysRoot(), 0).resolve(name);
        if (!resolution || !resolution->event) return state.SkipWithError("no core PMU");
        events.push_back(with_user_access(SysRoot(), *resolution->event).value_or(*resolution->event));
    }
    auto group = Group::open(kernel, events);
    if (!group) return state.SkipWithError(to_line(group.error()).c_str());
    if (in_user_space && (processor_registers() == nullptr || !group->read_in_user_space(*processor_registers())))
        return state.SkipWithError("the kernel allows no user-space reads");
    std::array<CounterValue, 2> before, after;
    for (auto _ : state) {
        benchmark::DoNotOptimize(group->read(before));
        benchmark::DoNotOptimize(group->read(after));
        benchmark::ClobberMemory();
    }
}

// Repetitions are interleaved, so that a slow period of the machine affects all of them.
BENCHMARK(raw_read_pair);
BENCHMARK(group_read_pair);
BENCHMARK_CAPTURE(collector_read_pair, perf, "perf");
BENCHMARK_CAPTURE(collector_read_pair, papi, "papi");
BENCHMARK_CAPTURE(core_read_pair, read, false);
BENCHMARK_CAPTURE(core_read_pair, user_space, true);

} // namespace
} // namespace bytebound

BENCHMARK_MAIN();
