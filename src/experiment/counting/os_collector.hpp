#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/sys.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// The kernel's accounting of a thread, for use if perf is refused: context-switches and page-faults from
/// getrusage(RUSAGE_THREAD), cpu-migrations from /proc/self/task/TID/sched, task-clock from
/// clock_gettime(CLOCK_THREAD_CPUTIME_ID). The source of its figures is "os". It does not separate user code from
/// kernel code: names that request only one of them are not countable, like all other names.
std::unique_ptr<Collector> make_os_collector(Sys& sys);

/// The number of migrations in a thread's sched file ("se.nr_migrations : 12", kernel/sched/debug.c); nullopt without a
/// complete line. Does not allocate.
std::optional<std::uint64_t> migrations_in(std::string_view sched) noexcept;

} // namespace bytebound
