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

    const SourceDiagnosis& source(std::string_view name) const; ///< asserts that the name exists
};

/// "core PMU", "memory controller", "resctrl", "PAPI", "valgrind", "simulation", "clock".
std::vector<std::string> source_names();

/// Pure: depends on `facts` only.
MachineDiagnosis diagnose(MachineFacts facts);

/// The line "core PMU" of diagnose_machine(). For everything that finds no core PMU: its events get this cause and
/// remedy, so that all commands say the same.
SourceDiagnosis diagnose_core_pmu(Sys* sys, const SysRoot& root);
/// The same for "memory controller".
SourceDiagnosis diagnose_memory_pmu(Sys* sys, const SysRoot& root);
/// Why this machine's resctrl cannot be used, or what was found. The same rule as in diagnose(), for planning.
SourceDiagnosis diagnose_resctrl(const MachineFacts& facts);
/// Known errata of resctrl's counters on this machine, one sentence each.
std::vector<std::string> resctrl_errata(const MachineFacts& facts);

/// Gathers, probes and diagnoses. `sys` is used only if `root` is live (null: do not probe); a recorded machine's
/// probes come from its probes.json, and a malformed probes.json is a warning.
MachineDiagnosis diagnose_machine(Sys* sys, const SysRoot& root);

} // namespace bytebound
