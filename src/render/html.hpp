#pragma once

#include <string>

#include "render/document.hpp"

namespace bytebound {

/// One self-contained file: style inline, charts as SVG, no script and no address outside itself. Everything that a
/// user gave is escaped.
std::string to_html(const Document& document);

} // namespace bytebound
