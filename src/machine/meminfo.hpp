#pragma once
// Sizes that the kernel states in lines "NAME:   123 kB".

#include <cstdint>
#include <optional>
#include <string_view>

namespace bytebound {

/// Bytes of the line NAME; other words may stand before the name ("Node 0 MemTotal:"). Nothing when there is no such
/// line or no number in it.
std::optional<std::uint64_t> meminfo_bytes(std::string_view text, std::string_view name);

} // namespace bytebound
