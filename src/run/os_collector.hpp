#pragma once

#include <memory>

#include "counters/collector.hpp"

namespace bytebound {

/// The kernel's own bookkeeping of a thread, where perf refuses: context-switches and page-faults from
/// getrusage(RUSAGE_THREAD), cpu-migrations from /proc/self/task/TID/sched, task-clock from
/// clock_gettime(CLOCK_THREAD_CPUTIME_ID). Source of the figures: "os". Other names come back as not countable.
std::unique_ptr<Collector> make_os_collector();

} // namespace bytebound
