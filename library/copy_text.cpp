#include "library/copy_text.hpp"

#include <algorithm>
#include <cstring>

namespace bytebound {

void copy_text(std::string_view text, char* out, std::size_t size) noexcept {
    if (out == nullptr || size == 0) return;
    std::size_t length = std::min(text.size(), size - 1);
    while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
        --length;
    std::memcpy(out, text.data(), length);
    out[length] = '\0';
}

} // namespace bytebound
