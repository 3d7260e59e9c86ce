#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// Path below a SysRoot of a file of a PMU: pmu_path("cpu", "type") = "sys/bus/event_source/devices/cpu/type".
std::string pmu_path(std::string_view pmu, std::string_view file = {});

/// Every PMU that the kernel has registered, sorted by name; empty when sysfs is masked.
std::vector<std::string> pmu_names(const SysRoot& root);
bool pmu_exists(const SysRoot& root, std::string_view name);

/// perf_event_attr.type of a PMU; Error (bad_data) whose cause says what is wrong with the file.
Result<std::uint32_t> pmu_type(const SysRoot& root, std::string_view name);
/// A CPU list file of a PMU ("cpumask", "cpus"): nothing when there is none; Error when it is no CPU list.
Result<std::optional<std::vector<int>>> pmu_cpu_list(const SysRoot& root, std::string_view name, std::string_view file);

/// Names under events/ that are events: without the .scale, .unit, .per-pkg and .snapshot companions.
std::vector<std::string> pmu_aliases(const SysRoot& root, std::string_view name);

/// Counts the instructions of a CPU: named `cpu`, or has a `cpus` file (hybrid x86, ARM).
bool is_core_pmu(const SysRoot& root, std::string_view name);
/// Several core PMUs (hybrid x86, big.LITTLE): a generic event must say which one it means (PERF_PMU_TYPE_SHIFT). With
/// only one it must not: that PMU has no PERF_PMU_CAP_EXTENDED_HW_TYPE and answers ENOENT.
bool has_several_core_pmus(const SysRoot& root);

/// The core PMU that serves one CPU.
struct CorePmu {
    std::string name;
    std::uint32_t type = 0;
    std::vector<int> cpus; ///< empty: every CPU
};
/// Nothing when no core PMU serves `cpu`. A PMU with broken files is passed over; `broken` (if given) says so.
std::optional<CorePmu> core_pmu_of(const SysRoot& root, int cpu, std::string* broken = nullptr);

} // namespace bytebound
