#pragma once
// Comparisons between the loops of a run; internal to report/.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "figures/series.hpp"
#include "figures/summary.hpp"

namespace bytebound {

/// A row with the raw steps behind its published figures.
struct ComparedRow {
    SummaryRow row;
    std::map<std::string, Series, std::less<>> published; ///< per metric
};

/// Each other loop against index (else the first loop), then paired against each remaining one, k by k.
void put_comparisons(Summary& summary, const std::vector<ComparedRow>& rows, std::uint64_t seed);

} // namespace bytebound
