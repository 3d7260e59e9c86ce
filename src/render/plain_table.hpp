#pragma once

#include <string>

#include "render/document.hpp"

namespace bytebound {

/// For a terminal: aligned columns, titles on as many lines as they break into. `color`: dims the tiers and sets the
/// titles in bold (ANSI); the caller decides (a terminal, NO_COLOR unset).
std::string plain_table(const Table& table, bool color);

} // namespace bytebound
