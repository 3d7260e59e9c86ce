#pragma once
// Small files of sys/ and proc/, where a missing file means an unknown fact.

#include <optional>
#include <string>
#include <string_view>

#include "base/sysroot.hpp"

namespace bytebound {

/// The file's text without trailing white space; empty if it cannot be read.
std::string text_of(const SysRoot& root, std::string_view path);
/// The file's decimal number, which may be negative; nullopt if it cannot be read or is not a number.
std::optional<int> integer_of(const SysRoot& root, std::string_view path);

} // namespace bytebound
