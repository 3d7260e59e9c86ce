#pragma once
// Generic events on Arm machines with several core PMUs (big.LITTLE).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/sysroot.hpp"

namespace bytebound {

/// Why the running kernel cannot select one of several core PMUs through the high half of a generic event's config:
/// "Linux 6.1.0 selects ... since Linux 6.6". x86 drivers do since Linux 5.13 (PERF_PMU_TYPE_SHIFT), Arm's since 6.6
/// (commit 5c816728651a; drivers/perf/arm_pmu.c, PERF_PMU_CAP_EXTENDED_HW_TYPE): older ones return ENOENT. Empty if it
/// can, if its version is unknown, or if there is nothing to select. `pmu`: the core PMU.
std::string refuses_pmu_in_config(const SysRoot& root, std::string_view pmu);

/// The alias that Arm's driver has for the event to which it maps a generic one (drivers/perf/arm_pmuv3.c,
/// armv8_pmuv3_perf_map and armv8_pmuv3_perf_cache_map); nullopt: it maps it to none.
std::optional<std::string_view> arm_alias(std::uint32_t type, std::uint64_t config);

} // namespace bytebound
