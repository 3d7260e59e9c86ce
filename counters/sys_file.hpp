#pragma once
// Small files of sys/ and proc/, where a missing one is a missing fact.

#include <optional>
#include <string>
#include <string_view>

#include "base/sysroot.hpp"

namespace bytebound {

/// Its text without trailing white space; empty when it cannot be read.
std::string text_of(const SysRoot& root, std::string_view path);
/// Its one decimal number, which may be negative; nothing when it cannot be read or is none.
std::optional<int> integer_of(const SysRoot& root, std::string_view path);

} // namespace bytebound
