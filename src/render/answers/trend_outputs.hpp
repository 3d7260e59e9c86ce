#pragma once
// What `bytebound history trend | gate` answers.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/history_gate.hpp"
#include "history/trend.hpp"

namespace bytebound {

/// A line with a sparkline per series, then a line per change.
std::string trend_text(std::string_view metric, const std::vector<TrendSeries>& series, bool color,
                       std::optional<std::size_t> columns);
/// A panel per series, those with changes first, at most `most_trend_panels`: values with intervals, changes as dashed
/// lines. A document of its own, without script or external reference.
std::string trend_svg(std::string_view metric, const std::vector<TrendSeries>& series);
inline constexpr std::size_t most_trend_panels = 24;
/// Schema bytebound.history-trend/1. `svg`: the chart's file; empty: none was written.
std::string trend_json(const std::string& file, std::string_view metric, const std::string& svg,
                       const std::vector<TrendSeries>& series);

std::string history_gate_text(const JudgedHistory& judged, std::optional<std::size_t> columns);
/// Schema bytebound.history-gate/1.
std::string history_gate_json(const std::string& file, const JudgedHistory& judged);

/// The last values as characters of eight heights, "▁▃▁|▇▇", with a bar before each new level.
std::string sparkline(const TrendSeries& series);

} // namespace bytebound
