#pragma once
// Explains why something cannot be counted here: one cause, one remedy.

#include <string>

#include "base/sysroot.hpp"
#include "counters/event.hpp"

namespace bytebound {

struct Diagnosis {
    std::string cause;
    std::string remedy;
    /// The machine has no core PMU at all. Code that reads more of the machine than this folder may replace the texts.
    bool no_core_pmu = false;
};

/// Why this machine has no core PMU that serves `cpu`.
Diagnosis explain_no_core_pmu(const SysRoot& root, int cpu);
/// Why perf_event_open(2) of `event` failed with `error`.
Diagnosis explain_open_failure(const Event& event, int error, const SysRoot& root);
/// Why an event that opens alone does not count the whole time (running < enabled).
Diagnosis explain_not_running(const Event& event, bool never_ran, const SysRoot& root);

} // namespace bytebound
