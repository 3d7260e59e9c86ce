#pragma once
// Sizes from the kernel's lines "NAME:   123 kB".

#include <cstdint>
#include <optional>
#include <string_view>

namespace bytebound {

/// Bytes in the line NAME; other words may precede the name ("Node 0 MemTotal:"). nullopt if there is no such line or
/// it contains no number.
std::optional<std::uint64_t> meminfo_bytes(std::string_view text, std::string_view name);

} // namespace bytebound
