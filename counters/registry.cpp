#include "counters/registry.hpp"

#include "counters/perf_event/perf_collector.hpp"

namespace bytebound {
namespace {

template <class T>
std::unique_ptr<Collector> make(Sys& sys, const SysRoot& root) {
    return std::make_unique<T>(sys, root);
}

constexpr CollectorEntry table[] = {
    {"perf", "perf_event_open(2): core, software and msr events, breakpoints", make<PerfCollector>},
    {"papi", "PAPI presets and native events", nullptr},
    {"resctrl", "memory bandwidth of the thread's group (Intel MBM, AMD QoS)", nullptr},
    {"callgrind", "the loops under valgrind's cache model", nullptr},
};

} // namespace

std::span<const CollectorEntry> collectors() { return table; }

} // namespace bytebound
