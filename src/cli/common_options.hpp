#pragma once
// Options that several commands share, one spelling each.

#include <filesystem>

#include "base/sysroot.hpp"
#include "cli/parser.hpp"

namespace bytebound {

/// --json
Option json_option(bool& target);
/// --sysroot DIR: another machine's sys/ and proc/. Error (bad_data) when DIR holds no sys/.
Option sysroot_option(SysRoot& target);

} // namespace bytebound
