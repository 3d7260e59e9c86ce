#pragma once
// One metric over the runs of a history, and where it changed.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "evidence/run_likeness.hpp"
#include "history/history_run.hpp"

namespace bytebound {

struct TrendPoint {
    HistoryRun run; ///< without its figures
    double value = 0;
    std::optional<double> ci_low, ci_high;
};

struct TrendChange {
    std::size_t at = 0; ///< the first point of the new level
    double ratio = 0;   ///< median of that level / of the one before
    /// Host, CPU, kernel, version, git revision and preset, where they differ between the two levels.
    std::vector<FieldDifference> differences;
    /// How many points later these changed; negative: earlier. The place of a change in noise is not exact.
    int later = 0;
};

/// The runs of all hosts with one workload and placement, at one loop and k, from one kind of source.
struct TrendSeries {
    std::string workload, placement, loop;
    std::uint32_t k = 0;
    std::string tier, source, basis;
    bool exact = false;
    std::vector<TrendPoint> points; ///< in the order of their start
    std::vector<TrendChange> changes;
};

/// By workload, placement, k and loop. Changes are those of change_points() on logarithms; of exact figures, every
/// change of the value.
std::vector<TrendSeries> trend_of(const std::vector<HistoryRun>& runs, std::string_view metric);

/// The workloads and placements of the series, each once, in their order.
std::vector<std::pair<std::string, std::string>> setups_of(const std::vector<TrendSeries>& series);

} // namespace bytebound
