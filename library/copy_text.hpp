#pragma once

#include <cstddef>
#include <string_view>

namespace bytebound {

/// Writes as much of a text as fits, always with a final 0, and does not split a UTF-8 character.
void copy_text(std::string_view text, char* out, std::size_t size) noexcept;

} // namespace bytebound
