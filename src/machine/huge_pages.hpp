#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bytebound {

/// Bytes of [address, address + bytes) on transparent huge pages, from smaps; nullopt if it cannot be read. Exact if
/// the range is a whole mapping (an arena with its own madvise is one). In a larger mapping, a lower bound: only bytes
/// that must be in the range are counted.
std::optional<std::uint64_t> huge_page_bytes(const void* address, std::uint64_t bytes);
/// The same for the text of a smaps file.
std::optional<std::uint64_t> huge_page_bytes_in(std::string_view smaps, std::uint64_t address, std::uint64_t bytes);

} // namespace bytebound
