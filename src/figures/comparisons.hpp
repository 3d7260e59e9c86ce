#pragma once
// Comparisons between the loops of a run. Internal to figures/.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "figures/series.hpp"
#include "figures/summary.hpp"

namespace bytebound {

/// A row and the raw steps of its published figures.
struct ComparedRow {
    SummaryRow row;
    std::map<std::string, Series, std::less<>> published; ///< per metric
};

/// Compares every other loop with index (else with the first loop), then paired with each remaining loop, k by k.
void put_comparisons(Summary& summary, const std::vector<ComparedRow>& rows);

} // namespace bytebound
