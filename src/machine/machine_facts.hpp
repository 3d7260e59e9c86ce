#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/permission.hpp"

namespace bytebound {

/// Role of a directory below event_source/devices. There is no closed list of PMUs: one that no table knows is
/// `unrecognised` and stays usable by its raw name.
enum class PmuKind { core, memory_controller, cache, kernel, other, unrecognised };
std::string_view name_of(PmuKind kind);

struct PmuFacts {
    std::string name;
    PmuKind kind = PmuKind::unrecognised;
    std::optional<std::uint32_t> type;          ///< perf_event_attr.type; nothing when the file is missing or no number
    std::optional<std::vector<int>> cpumask;    ///< CPUs to open on (uncore); nothing when there is no such file
    std::optional<std::vector<int>> cpus;       ///< CPUs of one kind of core (hybrid, big.LITTLE)
    std::map<std::string, std::string> formats; ///< term -> "config:0-7"
    std::map<std::string, std::string> events;  ///< alias -> "event=0x04,umask=0x03"; also the .scale and .unit files
    std::vector<std::string> faults;            ///< files of this PMU that make no sense, one sentence each
};

struct CpuFacts {
    std::string architecture; ///< "x86_64", "aarch64", "riscv64", "ppc64"; empty when proc/cpuinfo does not tell
    std::string vendor;       ///< x86: "GenuineIntel", "AuthenticAMD"; ARM: implementer "0x41"
    std::string model_name;   ///< for people; may be empty
    int family = 0;
    int model = 0; ///< x86 model, ARM part number
    int stepping = 0;
    bool hypervisor_flag = false; ///< CPUID.1:ECX[31]
    bool mbm_total = false;       ///< cqm_mbm_total: resctrl can count bytes
};

struct KernelFacts {
    std::string release; ///< "6.1.0-18-amd64"
    int major = 0;
    int minor = 0;
    bool before(int other_major, int other_minor) const {
        return major > 0 && (major != other_major ? major < other_major : minor < other_minor);
    }
};

/// The three times-and-count words after about 1 ms of work on the probing thread.
struct ProbeTimes {
    std::uint64_t count = 0;
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;
    bool operator==(const ProbeTimes&) const = default;
};

/// One attempt to open an event: errno (0: it opened, and was closed again), and what it counted where that was asked.
struct Probe {
    int error = 0;
    std::optional<ProbeTimes> times;
    bool operator==(const Probe&) const = default;
};
/// Event kind -> outcome. Kinds: task-clock, cycles, instructions, cache-misses, LLC-load-misses, raw, breakpoint,
/// msr-tsc, system-wide, memory-controller, full-group.
using Probes = std::map<std::string, Probe>;

struct ResctrlFacts {
    bool in_kernel = false;      ///< listed in proc/filesystems
    bool mounted = false;        ///< sys/fs/resctrl/info exists
    bool mbm_total = false;      ///< info/L3_MON/mon_features has mbm_total_bytes
    bool knows_clusters = false; ///< sub-NUMA clusters have domains of their own (Linux 6.11)
};

struct LlcFacts {
    int level = 0; ///< 0: unknown
    std::uint64_t bytes = 0;
    unsigned ways = 0;
};

/// What this program and its surroundings offer; unknown for a recorded machine.
struct ProgramFacts {
    std::string architecture;          ///< the one that this program was compiled for
    std::optional<bool> valgrind;      ///< a valgrind on the search path; nothing: not looked
    std::vector<std::string> built_in; ///< names of the collectors that this build has
    std::string papi_refusal;          ///< why PAPI itself can count nothing here; empty: it can, or was not asked
};

/// Everything that diagnose() looks at: files, probes and programs, no conclusions.
struct MachineFacts : PermissionFacts {
    MachineFacts() = default;
    explicit MachineFacts(PermissionFacts permissions) : PermissionFacts(std::move(permissions)) {}

    bool live = false;
    CpuFacts cpu;
    KernelFacts kernel;
    std::string virtual_machine; ///< "KVM", "Amazon EC2", "a hypervisor"; empty on bare metal
    std::vector<int> online;
    std::vector<int> offline;
    int packages = 0;          ///< 0: unknown
    int nodes = 0;             ///< NUMA nodes that have CPUs; 0: unknown
    bool event_source = false; ///< bus/event_source/devices exists and is not empty
    std::vector<PmuFacts> pmus;
    bool proc_sys_kernel = false; ///< proc/sys/kernel was there to look into
    std::optional<int> nmi_watchdog;
    std::vector<std::string> modules;      ///< proc/modules, and the names below sys/module
    std::vector<std::string> acpi_devices; ///< "ARMHD620:00"
    std::string machine_vendor;            ///< DMI sys_vendor
    std::string machine_product;           ///< DMI product_name
    ResctrlFacts resctrl;
    LlcFacts llc;
    std::string clocksource;
    std::optional<Probes> probes; ///< nothing: nobody tried
    ProgramFacts program;
    std::vector<std::string> warnings; ///< files that make no sense
};

/// Reads sys/ and proc/ below `root`. Missing files are missing facts; files that make no sense become warnings.
/// Fills neither `probes` nor `program`.
MachineFacts gather_facts(const SysRoot& root);

/// Tries to open one event of every kind on the calling thread and closes each again; `facts` supplies PMU types.
Probes probe_machine(Sys& sys, const MachineFacts& facts);
/// probes.json of a recorded machine: {"cycles": 2, "task-clock": {"errno": 0, "count": 9, "enabled_ns": 9,
/// "running_ns": 9}}. Error: bad_data.
Result<Probes> parse_probes(std::string_view json);

} // namespace bytebound
