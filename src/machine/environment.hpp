#pragma once
// What the run ran on and in: facts for the report.

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// One fact of the environment, in report order: {"cpu", "model", "AMD EPYC ..."}; value empty with a reason when
/// unknown.
struct EnvironmentFact {
    std::string group, name, value, reason;
};

/// Facts in report order: cpu, frequency, smt, memory, kernel, mitigations, virtualisation, load, build, libraries. A
/// fact that cannot be had stands there with an empty value and its reason. `cpus` are the workers' CPUs. On the
/// running machine the call sleeps for `load_window` between two looks at proc/stat (its clock ticks are 10 ms: 200 ms
/// resolves 5 %); call it before the workers start, so that what it sees is others' load. A recorded tree has one look
/// only.
std::vector<EnvironmentFact>
capture_environment(const SysRoot& root, const Machine& machine, const std::vector<int>& cpus,
                    std::chrono::milliseconds load_window = std::chrono::milliseconds(200));

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
