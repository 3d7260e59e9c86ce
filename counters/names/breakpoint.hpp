#pragma once

#include "counters/names/query.hpp"
#include "counters/names/resolution_step.hpp"

namespace bytebound {

/// mem:ADDR[/LEN][:rwx].
Step<Event> breakpoint_event(const NameQuery& query);

} // namespace bytebound
