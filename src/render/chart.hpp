#pragma once

#include <string>

#include "render/document.hpp"

namespace bytebound {

/// A line chart over categories (k), logarithmic in y, as inline SVG without script or external reference. Colours come
/// from the page's style (classes s0, s1, ... by position in `legend`). Values that are unknown or 0 have no point.
std::string chart_svg(const Chart& chart, const std::vector<std::string>& legend);

/// Escapes &, <, >, " and ' for text and attribute values.
std::string escape_html(std::string_view text);

} // namespace bytebound
