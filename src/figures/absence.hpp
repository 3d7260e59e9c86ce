#pragma once
// Groups null figures of a summary by reason, because one cause usually affects several figures and rows.

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

/// The absences of the given keys, in their order. A ratio's reason is that of its operand.
std::vector<Absence> absences(const Summary& summary, std::span<const std::string> keys);
/// "every row", "hybrid", "k=0", or a list of rows.
std::string where_text(const Summary& summary, const Absence& absence);
/// The same for the rows with a flag; empty if there are none.
std::string where_flagged(const Summary& summary, std::string_view flag);
/// What the user can do, without repetition; empty if nothing is known.
std::string remedies_for(const RunRecord& run, const Absence& absence);

} // namespace bytebound
