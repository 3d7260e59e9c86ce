#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/sys.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// The kernel's own bookkeeping of a thread, where perf refuses: context-switches and page-faults from
/// getrusage(RUSAGE_THREAD), cpu-migrations from /proc/self/task/TID/sched, task-clock from
/// clock_gettime(CLOCK_THREAD_CPUTIME_ID). Source of the figures: "os". It does not tell user code from the kernel's:
/// names that ask for one of the two come back as not countable, as all other names do.
std::unique_ptr<Collector> make_os_collector(Sys& sys);

/// The migrations that a thread's sched file states ("se.nr_migrations : 12", kernel/sched/debug.c). Nothing when no
/// whole line does. Allocates nothing.
std::optional<std::uint64_t> migrations_in(std::string_view sched) noexcept;

} // namespace bytebound
