#include "counters/registry.hpp"

#include <algorithm>
#ifdef BYTEBOUND_HAVE_CALLGRIND_H
#include <cstdlib>
#endif

#ifdef BYTEBOUND_HAVE_CALLGRIND_H
#include "counters/callgrind/callgrind_collector.hpp"
#include "counters/search_path.hpp"
#endif
#include "counters/perf_event/cpu_collector.hpp"
#include "counters/perf_event/perf_collector.hpp"
#include "counters/perf_event/uncore_collector.hpp"
#include "counters/perf_event/worker_groups.hpp"
#ifdef BYTEBOUND_HAVE_PAPI
#include "counters/papi/papi_collector.hpp"
#endif
#include "counters/papi/papi_names.hpp"
#include "counters/resctrl/resctrl_collector.hpp"

namespace bytebound {
namespace {

template <class T>
std::unique_ptr<Collector> make(Sys& sys, const SysRoot& root) {
    return std::make_unique<T>(sys, root);
}

#ifdef BYTEBOUND_HAVE_PAPI
constexpr auto make_papi = make<PapiCollector>;
#else
constexpr std::unique_ptr<Collector> (*make_papi)(Sys&, const SysRoot&) = nullptr;
#endif

#ifdef BYTEBOUND_HAVE_CALLGRIND_H
std::unique_ptr<WrappingCollector> make_callgrind() {
    return std::make_unique<CallgrindCollector>(find_program(std::getenv("PATH"), "valgrind").value_or(""));
}
#else
constexpr std::unique_ptr<WrappingCollector> (*make_callgrind)() = nullptr;
#endif

constexpr CollectorEntry collector_table[] = {
    {collector_name::perf, collector_name::perf, Supplies::events,
     "perf_event_open(2): core, software and msr events, breakpoints", make<PerfCollector>},
    {collector_name::uncore, collector_name::perf, Supplies::dram,
     "memory controllers: DRAM traffic of the whole machine", make<UncoreCollector>},
    {collector_name::cpus, collector_name::perf, Supplies::machine,
     "core and software events on whole CPUs, for all threads", make<CpuCollector>},
    {collector_name::papi, collector_name::papi, Supplies::events, "PAPI presets and native events", make_papi,
     is_papi_name},
    {collector_name::resctrl, collector_name::resctrl, Supplies::dram,
     "memory bandwidth of the program's threads (Intel MBM, AMD QoS)", make<ResctrlCollector>},
    {collector_name::callgrind, collector_name::callgrind, Supplies::emulation,
     "the loops under valgrind's cache model", nullptr, nullptr, make_callgrind},
};

} // namespace

std::span<const CollectorEntry> collectors() { return collector_table; }

const CollectorEntry* find_collector(std::span<const CollectorEntry> table, std::string_view name) {
    const auto entry =
        std::find_if(table.begin(), table.end(), [&](const CollectorEntry& e) { return e.name == name; });
    return entry == table.end() ? nullptr : &*entry;
}

const CollectorEntry* owner_of(std::span<const CollectorEntry> table, std::string_view name) {
    const auto entry = std::find_if(table.begin(), table.end(),
                                    [&](const CollectorEntry& e) { return e.owns != nullptr && e.owns(name); });
    return entry == table.end() ? nullptr : &*entry;
}

Result<std::unique_ptr<WorkerCounters>> Collector::open_on(const CountingPlan&, int, pid_t) {
    return fail({ExitCode::not_possible, "open counters", std::string(name()),
                 "this collector counts only bytebound's own threads, not those of a plug-in's process",
                 "remove --loop, or count with --collector perf"});
}

std::unique_ptr<WorkerCounters> receive_counters(Sys& sys, const SentCounters& sent) {
    return sent.files ? ResctrlCollector::received(sys, sent) : WorkerGroups::received(sys, sent);
}

std::vector<std::string_view> collector_words(std::span<const CollectorEntry> table) {
    std::vector<std::string_view> words{collector_word::automatic};
    for (const CollectorEntry& entry : table)
        if (std::find(words.begin(), words.end(), entry.word) == words.end()) words.push_back(entry.word);
    words.insert(words.end(), {collector_word::simulation, collector_word::none});
    return words;
}

} // namespace bytebound
