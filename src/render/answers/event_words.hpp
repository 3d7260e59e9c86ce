#pragma once

#include <cstdint>
#include <string>

#include "counters/event.hpp"

namespace bytebound {

std::string hexadecimal(std::uint64_t value);

/// type:config, and config1, config2 only where they say something.
std::string words_of(const Event& event);

} // namespace bytebound
