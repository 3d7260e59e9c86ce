#pragma once

#include <string>

#include "figures/summary.hpp"

namespace bytebound {

/// roofline.vl.json: a Vega-Lite specification with inline data; two charts, over the working set and over the row
/// size.
std::string roofline_plot(const RunRecord& run, const Summary& summary);

} // namespace bytebound
