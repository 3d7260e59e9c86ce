#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytebound {

/// rNNNN or r0xNNNN, the config word in hexadecimal; nullopt if the name does not have that form.
std::optional<std::uint64_t> raw_code(std::string_view name);

/// Words such as "read" and "rad" are raw codes, too, although an event may be meant; and on a PMU whose events have
/// names, so may any code be. Empty if the code is written with 0x, or has a digit and `aliases` is empty.
std::string caveat_of_raw_code(std::string_view name, const std::vector<std::string>& aliases);

} // namespace bytebound
