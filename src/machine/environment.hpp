#pragma once
// Facts about the machine and its state during a run, for the report.

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// One fact, in report order: {"cpu", "model", "AMD EPYC ..."}. An unknown value is empty and has a reason.
struct EnvironmentFact {
    std::string group, name, value, reason;
};

/// Facts in report order: cpu, frequency, smt, memory, kernel, mitigations, virtualisation, load, build, libraries. A
/// fact that cannot be obtained is listed with an empty value and its reason. `cpus` are the workers' CPUs. On the
/// running machine the call sleeps for `load_window` between two reads of proc/stat (its clock ticks are 10 ms: 200 ms
/// resolves 5 %). Call it before the workers start, so that it measures the load of others. A recorded tree has only
/// one such reading.
std::vector<EnvironmentFact>
capture_environment(const SysRoot& root, const Machine& machine, const std::vector<int>& cpus,
                    std::chrono::milliseconds load_window = std::chrono::milliseconds(200));

/// How the program was built.
struct BuildInfo {
    std::string version, git_revision; ///< git_revision is empty outside of a checkout
    std::string compiler, flags, build_type;
    /// Name and version at build time (for glibc: the running one).
    std::vector<std::pair<std::string, std::string>> libraries;
};
BuildInfo build_info();

/// One CPU's time between two reads of proc/stat, in percent. CPUs without a tick in between are absent.
struct CpuLoad {
    double busy = 0;  ///< neither idle nor waiting for I/O; includes steal
    double steal = 0; ///< taken by the hypervisor
    bool operator==(const CpuLoad&) const = default;
};
std::map<int, CpuLoad> cpu_load(std::string_view stat_before, std::string_view stat_after);

} // namespace bytebound
