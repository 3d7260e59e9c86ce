#pragma once
// Facts about the machine and its state during a run, for the report.

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/load.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// One fact, in report order: {"cpu", "model", "AMD EPYC ..."}. An unknown value is empty and has a reason.
struct EnvironmentFact {
    std::string group, name, value, reason;
    /// The value when the measurement had ended; nullopt: not read again, or not known then.
    std::optional<std::string> after = {};
};

/// Facts in report order: cpu, frequency, memory, interrupts, kernel, mitigations, virtualisation, smt, load, build,
/// libraries. The items of the tuning table (machine/tuning.hpp) are among them. A fact that cannot be obtained is
/// listed with an empty value and its reason. `cpus` are the workers' CPUs. On the running machine the call sleeps for
/// `load_window` (read_load()). Call it before the workers start, so that it measures the load of others.
std::vector<EnvironmentFact>
capture_environment(const SysRoot& root, const Machine& machine, const std::vector<int>& cpus,
                    std::chrono::milliseconds load_window = std::chrono::milliseconds(200));

/// Reads the tuning items again and fills in `after`. `during`: the load while the steps were measured, which is that
/// of others on the siblings and the hypervisor's, but the workers' own on the chosen CPUs.
void capture_after(std::vector<EnvironmentFact>& facts, const SysRoot& root, const Machine& machine,
                   const std::vector<int>& cpus, const LoadReading& during);

/// How the program was built.
struct BuildInfo {
    std::string version, git_revision; ///< git_revision is empty outside of a checkout
    std::string compiler, flags, build_type;
    /// Name and version at build time (for glibc: the running one).
    std::vector<std::pair<std::string, std::string>> libraries;
};
BuildInfo build_info();

} // namespace bytebound
