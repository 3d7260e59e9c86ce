#pragma once
// The input of diagnose().

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/sysroot.hpp"
#include "counters/permission.hpp"
#include "doctor/pmus.hpp"
#include "doctor/probes.hpp"
#include "machine/machine.hpp"
#include "preset/cpu_knowledge.hpp"

namespace bytebound {

struct ResctrlFacts {
    bool in_kernel = false;      ///< listed in proc/filesystems
    bool mounted = false;        ///< sys/fs/resctrl/info exists
    bool mbm_total = false;      ///< info/L3_MON/mon_features has mbm_total_bytes
    bool knows_clusters = false; ///< sub-NUMA clusters have their own domains (Linux 6.11)
};

/// Capabilities of this program and its environment; unknown for a recorded machine.
struct ProgramFacts {
    std::string architecture;          ///< the one that this program was compiled for
    std::optional<bool> valgrind;      ///< a valgrind is on the search path; nullopt: not searched
    std::vector<std::string> built_in; ///< names of the collectors in this build
    std::string papi_refusal;          ///< why PAPI itself cannot count here; empty: it can, or was not tried
};

/// The machine and the additional facts for doctor: files, probes and programs, without conclusions.
struct MachineFacts : PermissionFacts {
    MachineFacts() = default;
    explicit MachineFacts(PermissionFacts permissions) : PermissionFacts(std::move(permissions)) {}

    bool live = false;
    Machine machine;
    bool event_source = false; ///< bus/event_source/devices exists and is not empty
    std::vector<PmuFacts> pmus;
    bool proc_sys_kernel = false; ///< proc/sys/kernel is visible
    std::optional<int> nmi_watchdog;
    std::vector<std::string> modules; ///< proc/modules, and the names below sys/module
    CpuKnowledge knowledge;           ///< from presets/*.toml, for this CPU
    ResctrlFacts resctrl;
    std::string clocksource;
    std::optional<Probes> probes; ///< nullopt: no probe was made
    ProgramFacts program;
    std::vector<std::string> warnings; ///< malformed files
};

/// Reads sys/ and proc/ below `root`. Missing files are missing facts; malformed files become warnings. Does not fill
/// in `probes` and `program`.
MachineFacts gather_facts(const SysRoot& root);

} // namespace bytebound
