#pragma once
// Words and numbers that the forms of a comparison share.

#include <string>
#include <string_view>
#include <vector>

#include "evidence/run_comparison.hpp"

namespace bytebound {

/// "5.37 us", "128 KiB", "3.21 GB/s", "1.2": a value of this metric with its unit.
std::string quantity_text(std::string_view metric, double value);
/// "1.013x", "9.81x"
std::string ratio_text(double ratio);
/// The same of what is decided by value, with as many decimals as tell it from the limit that it is compared with.
std::string exact_ratio_text(double ratio, double limit = 1);
/// "1.012-1.034"; empty without an interval.
std::string ratio_interval_text(const RatioEstimate& ratio);
/// Cells of a row: a figure, "n/a" where it is null; the ratio, "n/a" without one; the adjusted p, empty without one.
std::string figure_text(const MetricComparison& row, const std::optional<Figure>& figure);
std::string row_ratio_text(const MetricComparison& row);
std::string adjusted_p_text(const MetricComparison& row);
/// "paired k=16"
std::string at_text(std::string_view loop, std::uint32_t k);
/// "mask k=16, mask k=64"
std::string list_text(const std::vector<LoopAtK>& rows);

/// Worse, better, unresolved, same; in each the largest change first.
std::vector<const MetricComparison*> worst_first(const RunComparison& comparison);
/// "2 worse, 1 better, 3 unresolved, 20 same", without those that are 0; "none" if all are.
std::string verdicts_text(const std::vector<const MetricComparison*>& rows);

/// Failed, unresolved, passed; in each the order of the gates.
std::vector<const GateResult*> failed_first(const RunComparison& comparison);
/// "1 failed, 2 unresolved, 3 passed", without those that are 0.
std::string outcomes_text(const std::vector<const GateResult*>& gates);
/// "1.125x, exact", "1.02x, 95% CI 0.98x to 1.06x": what a gate judged; empty without a value.
std::string gate_figure_text(const GateResult& gate);
/// "paired k=16: 1.125x, exact; base 64 KiB, head 72 KiB": what the gate judged, and why it is unresolved.
std::string figures_text(const RunComparison& comparison, const GateResult& gate);

} // namespace bytebound
