#include "render/answers/event_words.hpp"

#include <fmt/format.h>

namespace bytebound {

std::string hexadecimal(std::uint64_t value) { return fmt::format("{:#x}", value); }

std::string words_of(const Event& event) {
    std::string out = hexadecimal(event.type) + ":" + hexadecimal(event.config);
    if (event.config1 != 0 || event.config2 != 0) out += ":" + hexadecimal(event.config1);
    if (event.config2 != 0) out += ":" + hexadecimal(event.config2);
    return out;
}

} // namespace bytebound
