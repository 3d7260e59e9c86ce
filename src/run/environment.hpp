#pragma once
// What the run ran on and in: facts for the report, and the doubts that follow from them.

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sysroot.hpp"
#include "run/run_record.hpp"
#include "topology/topology.hpp"

namespace bytebound {

/// Facts in report order: cpu, frequency, smt, memory, kernel, mitigations, virtualisation, load, build, libraries. A
/// fact that cannot be had stands there with an empty value and its reason. `cpus` are the workers' CPUs. On the
/// running machine the call sleeps for `load_window` between two looks at proc/stat (its clock ticks are 10 ms: 200 ms
/// resolves 5 %); call it before the workers start, so that what it sees is others' load. A recorded tree has one look
/// only.
std::vector<EnvironmentFact>
capture_environment(const SysRoot& root, const Machine& machine, const std::vector<int>& cpus,
                    std::chrono::milliseconds load_window = std::chrono::milliseconds(200));

/// Doubts about timing and traffic, each with the fact that raised it. Codes and thresholds:
///   governor_not_performance  any chosen CPU has another governor
///   turbo_on                  frequency boost is enabled
///   smt_sibling_busy          a sibling of a chosen CPU that is not chosen itself was busy 10 % or more
///   cpu_busy                  a chosen CPU was busy 10 % or more before the run began
///   steal_time                the hypervisor took 1 % or more from a chosen CPU
///   load_high                 load average of 1 minute at least 1 and at least a quarter of the online CPUs
///   numa_balancing_on         automatic NUMA balancing is on and there are several nodes
///   thp_never                 transparent huge pages are off
///   clock_slow                the clock source is read by a system call (hpet, acpi_pm, jiffies)
///   cpu_quota                 a cgroup throttles the CPU time
///   nmi_watchdog_on           it holds one counter of the core PMU
///   in_vm                     the machine is virtual
std::vector<Warning> environment_warnings(const std::vector<EnvironmentFact>& facts);

/// How the program was built.
struct BuildInfo {
    std::string version, git_revision; ///< git_revision is empty outside a checkout
    std::string compiler, flags, build_type;
    std::vector<std::pair<std::string, std::string>> libraries; ///< name, version at build time; glibc: running
};
BuildInfo build_info();

/// Share of one CPU's time between two looks at proc/stat, in percent. CPUs without a tick in between are absent.
struct CpuLoad {
    double busy = 0;  ///< neither idle nor waiting for I/O; includes steal
    double steal = 0; ///< taken by the hypervisor
    bool operator==(const CpuLoad&) const = default;
};
std::map<int, CpuLoad> cpu_load(std::string_view stat_before, std::string_view stat_after);

} // namespace bytebound
