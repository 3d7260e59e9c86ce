#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "render/document.hpp"

namespace bytebound {

/// A line chart over categories (k), logarithmic in y, as inline SVG without script or external reference. Colours come
/// from the page's style (classes s0, s1, ... by position in `legend`). Values that are unknown or 0 have no point.
std::string chart_svg(const Chart& chart, const std::vector<std::string>& legend);

/// The line with its marker that chart_svg() draws for position `style` of the legend, and the line of the bound: small
/// inline SVG for a legend.
std::string legend_key_svg(std::size_t style);
std::string bound_key_svg();

/// Escapes &, <, >, " and ' for text and attribute values.
std::string escape_html(std::string_view text);

} // namespace bytebound
