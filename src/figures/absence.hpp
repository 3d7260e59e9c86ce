#pragma once
// What is null in a summary, gathered by reason: one cause usually takes several figures and rows with it.

#include <span>
#include <string>
#include <vector>

#include "figures/summary.hpp"

namespace bytebound {

struct Absence {
    std::string reason;
    std::vector<std::string> metrics;
    std::vector<const SummaryRow*> rows;
};

/// Of the given keys, in their order. A ratio's reason is that of its operand.
std::vector<Absence> absences(const Summary& summary, std::span<const std::string> keys);
/// "every row", "hybrid", "k=0", or the rows one by one.
std::string where_text(const Summary& summary, const Absence& absence);
/// The same for the rows that carry a flag; empty when none does.
std::string where_flagged(const Summary& summary, std::string_view flag);
/// What the user can do, each remedy once; empty when nothing is known.
std::string remedies_for(const RunRecord& run, const Absence& absence);

} // namespace bytebound
