#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bytebound {

/// The kernel's name for one of libpfm4's uncore PMUs: "skx_unc_imc0" -> "uncore_imc_0", "knl_unc_imc_uclk1" ->
/// "uncore_mc_uclk_1", "rapl" -> "power". libpfm4 does not export it (perf_name in its lib/pfmlib_*_unc_*.c).
std::optional<std::string> uncore_device(std::string_view pfm_pmu);

} // namespace bytebound
