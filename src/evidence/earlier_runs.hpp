#pragma once

#include <functional>
#include <string>

#include "figures/summary.hpp"
#include "stats/run_to_run.hpp"

namespace bytebound {

/// What earlier runs, which were like two that are compared, say about their figures.
struct EarlierRuns {
    std::string file; ///< the history
    /// How far a figure of this loop, k and metric scatters from run to run. Empty: nothing is known.
    std::function<RunToRun(const std::string& loop, std::uint32_t k, const std::string& metric, const Figure& figure)>
        spread = {};
};

} // namespace bytebound
