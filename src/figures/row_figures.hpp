#pragma once
// One metric of a row: its sources -> the published figure, those beside it, or the reason why there is none. Internal
// to figures/.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/metrics.hpp"
#include "figures/comparisons.hpp"
#include "figures/series.hpp"

namespace bytebound {

/// Per metric that is no ratio: the best source first.
using SourceTable = std::map<std::string, std::vector<Series>, std::less<>>;

/// The first source that has a value is published. A shared series whose mean is below the background's detection limit
/// loses its values and gets a reason.
void put_sources(ComparedRow& out, const PhaseSamples& phase, std::string_view metric, std::vector<Series>& sources,
                 Stat stat);
/// After put_sources() of both operands.
void put_ratio(ComparedRow& out, const PhaseSamples& phase, const MetricEntry& metric, const SourceTable& sources);

} // namespace bytebound
