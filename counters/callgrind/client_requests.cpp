// A source of its own, because the macros of valgrind's header shadow variables.
#include <valgrind/callgrind.h>

#include "counters/callgrind/callgrind_collector.hpp"

#pragma GCC diagnostic ignored "-Wshadow"

namespace bytebound {

void CallgrindCollector::start() const noexcept { CALLGRIND_START_INSTRUMENTATION; }
void CallgrindCollector::toggle() const noexcept { CALLGRIND_TOGGLE_COLLECT; }
void CallgrindCollector::dump(const char* label) const noexcept { CALLGRIND_DUMP_STATS_AT(label); }
void CallgrindCollector::stop() const noexcept { CALLGRIND_STOP_INSTRUMENTATION; }

} // namespace bytebound
