#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// Path of a PMU's file below a SysRoot: pmu_path("cpu", "type") = "sys/bus/event_source/devices/cpu/type".
std::string pmu_path(std::string_view pmu, std::string_view file = {});

/// Every PMU that the kernel has registered, sorted by name; empty when sysfs is masked.
std::vector<std::string> pmu_names(const SysRoot& root);
bool pmu_exists(const SysRoot& root, std::string_view name);

/// perf_event_attr.type of a PMU. Error (bad_data): the file is missing or malformed.
Result<std::uint32_t> pmu_type(const SysRoot& root, std::string_view name);
/// A CPU list file of a PMU ("cpumask", "cpus"): nullopt if there is none; Error if it is not a CPU list.
Result<std::optional<std::vector<int>>> pmu_cpu_list(const SysRoot& root, std::string_view name, std::string_view file);

/// Event names under events/, without the .scale, .unit, .per-pkg and .snapshot companion files.
std::vector<std::string> pmu_aliases(const SysRoot& root, std::string_view name);

/// Whether the PMU counts a CPU's instructions: it is called `cpu` or `cpum_cf`, or has a `cpus` file (hybrid x86,
/// ARM).
bool is_core_pmu(const SysRoot& root, std::string_view name);
/// Whether there are several core PMUs (hybrid x86, big.LITTLE). A generic event must then select one
/// (PERF_PMU_TYPE_SHIFT). With a single core PMU it must not: that PMU lacks PERF_PMU_CAP_EXTENDED_HW_TYPE and returns
/// ENOENT.
bool has_several_core_pmus(const SysRoot& root);

struct CorePmu {
    std::string name;
    std::uint32_t type = 0;
    std::vector<int> cpus;
    bool every_cpu = true; ///< without a `cpus` file; `cpus` is then empty
    bool serves(int cpu) const;
};
/// All core PMUs, sorted by name. PMUs with broken files are skipped; `broken` (if given) receives the reason.
std::vector<CorePmu> core_pmus(const SysRoot& root, std::string* broken = nullptr);
/// The first one that serves `cpu`; nullptr if none does.
const CorePmu* serving(const std::vector<CorePmu>& pmus, int cpu);
/// The same for a single CPU: both in one. Code that asks for many CPUs reads core_pmus() once.
std::optional<CorePmu> core_pmu_of(const SysRoot& root, int cpu, std::string* broken = nullptr);

} // namespace bytebound
