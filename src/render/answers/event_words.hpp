#pragma once

#include <cstdint>
#include <string>

#include "counters/event.hpp"

namespace bytebound {

std::string hexadecimal(std::uint64_t value);

/// type:config, and config1, config2 if they are used.
std::string words_of(const Event& event);

} // namespace bytebound
