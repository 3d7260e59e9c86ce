#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/source_diagnosis.hpp"
#include "doctor/machine_facts.hpp"

namespace bytebound {

struct MachineDiagnosis {
    MachineFacts facts;
    std::vector<SourceDiagnosis> sources; ///< in the order of source_names()
    std::vector<std::string> warnings;

    const SourceDiagnosis& source(std::string_view name) const; ///< asserts that it is there
};

/// "core PMU", "memory controller", "resctrl", "PAPI", "valgrind", "simulation", "clock".
std::vector<std::string> source_names();

/// Pure: the same facts give the same diagnosis anywhere.
MachineDiagnosis diagnose(MachineFacts facts);

/// Why this machine's resctrl cannot be used, or what was found: the rule of diagnose(), for planning.
SourceDiagnosis diagnose_resctrl(const MachineFacts& facts);
/// What is known to be wrong with resctrl's counters on this machine, one sentence each.
std::vector<std::string> resctrl_errata(const MachineFacts& facts);

/// Gathers, probes and diagnoses. `sys` is used only when `root` is live (null: do not probe); a recorded machine's
/// probes come from its probes.json. A malformed probes.json is a warning.
MachineDiagnosis diagnose_machine(Sys* sys, const SysRoot& root);

} // namespace bytebound
