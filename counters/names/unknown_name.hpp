#pragma once
// What to say of a name that this machine, or the grammar, does not have.

#include "counters/names/query.hpp"
#include "counters/names/resolution_step.hpp"

namespace bytebound {

/// A PMU that this machine lacks: a known event without hardware.
Step<Event> absent_pmu(const NameQuery& query);
/// A name without slashes that is in no table: a tracepoint, perf's spelling of a vendor's name, or a typo.
Step<Event> unknown_bare_name(const NameQuery& query);

} // namespace bytebound
