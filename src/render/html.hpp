#pragma once

#include <string>

#include "render/document.hpp"

namespace bytebound {

/// One self-contained file: inline style, charts as SVG, no script and no external address. All user-supplied text is
/// escaped.
std::string to_html(const Document& document);

} // namespace bytebound
