#pragma once
// Subtracts what the readings themselves took and counted (RunRecord::read_cost).

#include <string>

#include "figures/series.hpp"

namespace bytebound {

/// A row where the subtracted cost is a larger part of a figure is `short`.
inline constexpr double short_share = 0.05;
bool is_short(const SubtractedCost& cost, double value);

/// The clock pair's part of each time. Nothing where the run has no record of it.
void subtract_clock_cost(Series& time, const PhaseSamples& phase);
/// The reads' part of event number `event`, whose values are the event's column times `scale`.
void subtract_read_cost(Series& series, const PhaseSamples& phase, std::size_t event, double scale);

/// Completes the estimate of a series that costs were subtracted from: its interval includes their uncertainty, and
/// neither end is below 0, because no quantity is. A value below 0 by no more than the spread of the cost becomes 0,
/// in an interval that ends at the spread or above. A value farther below is not one: returns the reason.
std::string settle(Estimate& estimate, const SubtractedCost& cost);

} // namespace bytebound
