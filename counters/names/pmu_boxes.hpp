#pragma once
// Which PMUs a user's name of a PMU means. perf-list(1): PMU names match by prefix and by glob, because uncore PMUs
// have many instances, and the prefix "uncore_" may be left out.

#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// Whether the name contains a pattern of glob(7).
bool is_glob(std::string_view name);

/// The PMUs of this machine that `name` means, in the order of their numbers: the PMU of exactly that name; else its
/// numbered instances ("uncore_imc", "imc": uncore_imc_0, uncore_imc_1, but not uncore_imc_free_running_0); for a glob,
/// every PMU that matches. Empty: none.
std::vector<std::string> boxes_named(const SysRoot& root, std::string_view name);

/// The first character of `name` that perf does not accept in the name of a PMU; 0 if there is none.
char foreign_character(std::string_view name);

} // namespace bytebound
