#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bytebound {

/// Bytes of [address, address + bytes) that lie on transparent huge pages, from smaps; nothing when it cannot be read.
/// Exact when the range is a whole mapping (an arena with its own madvise is one). Of a larger mapping only the bytes
/// that must be in the range are counted: at least these.
std::optional<std::uint64_t> huge_page_bytes(const void* address, std::uint64_t bytes);
/// The same from the text of a smaps file.
std::optional<std::uint64_t> huge_page_bytes_in(std::string_view smaps, std::uint64_t address, std::uint64_t bytes);

} // namespace bytebound
