#pragma once

#include <string>

#include "render/document.hpp"

namespace bytebound {

/// Aligned columns for a terminal, with titles broken into several lines. `color`: dims the tiers and prints titles in
/// bold (ANSI); the caller decides (a terminal, NO_COLOR unset).
std::string plain_table(const Table& table, bool color);

} // namespace bytebound
