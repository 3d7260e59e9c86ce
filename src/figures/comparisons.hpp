#pragma once
// Comparisons between the loops of a run, and the raw steps for those with another run.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "figures/series.hpp"
#include "figures/summary.hpp"

namespace bytebound {

/// A row and the raw steps of its published figures.
struct ComparedRow {
    SummaryRow row;
    std::map<std::string, Series, std::less<>> published; ///< per metric; without ratios
    std::map<std::string, RunFigure, std::less<>> ratios;
};

/// Compares every other loop with index (else with the first loop), then paired with each remaining loop, k by k.
/// Internal to figures/.
void put_comparisons(Summary& summary, const std::vector<ComparedRow>& rows);

/// A summary and what is behind its rows, in their order.
struct ComparableRun {
    Summary summary;
    std::vector<ComparedRow> rows;
};
/// summarize(), for a comparison with another run.
ComparableRun summarize_for_comparison(const RunRecord& run, const SampleTable& samples,
                                       const SampleTable* background = nullptr);
/// The steps of a published figure; nullopt where the row has none.
std::optional<RunFigure> run_figure(const ComparedRow& row, std::string_view metric);

} // namespace bytebound
