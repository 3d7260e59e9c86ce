#pragma once
// What diagnose() looks at.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/sysroot.hpp"
#include "counters/permission.hpp"
#include "machine/machine.hpp"
#include "machine/pmus.hpp"
#include "machine/probes.hpp"
#include "preset/cpu_knowledge.hpp"

namespace bytebound {

struct ResctrlFacts {
    bool in_kernel = false;      ///< listed in proc/filesystems
    bool mounted = false;        ///< sys/fs/resctrl/info exists
    bool mbm_total = false;      ///< info/L3_MON/mon_features has mbm_total_bytes
    bool knows_clusters = false; ///< sub-NUMA clusters have domains of their own (Linux 6.11)
};

/// What this program and its surroundings offer; unknown for a recorded machine.
struct ProgramFacts {
    std::string architecture;          ///< the one that this program was compiled for
    std::optional<bool> valgrind;      ///< a valgrind on the search path; nothing: not looked
    std::vector<std::string> built_in; ///< names of the collectors that this build has
    std::string papi_refusal;          ///< why PAPI itself can count nothing here; empty: it can, or was not asked
};

/// The machine and what doctor alone asks of it: files, probes and programs, no conclusions.
struct MachineFacts : PermissionFacts {
    MachineFacts() = default;
    explicit MachineFacts(PermissionFacts permissions) : PermissionFacts(std::move(permissions)) {}

    bool live = false;
    Machine machine;
    bool event_source = false; ///< bus/event_source/devices exists and is not empty
    std::vector<PmuFacts> pmus;
    bool proc_sys_kernel = false; ///< proc/sys/kernel was there to look into
    std::optional<int> nmi_watchdog;
    std::vector<std::string> modules; ///< proc/modules, and the names below sys/module
    CpuKnowledge knowledge;           ///< what stands in presets/*.toml of this CPU
    ResctrlFacts resctrl;
    std::string clocksource;
    std::optional<Probes> probes; ///< nothing: nobody tried
    ProgramFacts program;
    std::vector<std::string> warnings; ///< files that make no sense
};

/// Reads sys/ and proc/ below `root`. Missing files are missing facts; files that make no sense become warnings.
/// Fills neither `probes` nor `program`.
MachineFacts gather_facts(const SysRoot& root);

} // namespace bytebound
