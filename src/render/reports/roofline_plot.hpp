#pragma once

#include <string>

#include "figures/summary.hpp"

namespace bytebound {

/// roofline.vl.json: a Vega-Lite specification with its data inline; two charts, over the working set and over the
/// size of a row.
std::string roofline_plot(const RunRecord& run, const Summary& summary);

} // namespace bytebound
