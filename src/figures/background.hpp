#pragma once
// Subtracts the machine's background from counters shared with the whole machine.

#include "figures/series.hpp"

namespace bytebound {

/// Converts the raw values of shared event number `event` (bytes per reading, in series.values) to the program's own:
/// each reading minus the rate of the idle windows around its phase times the reading's duration. Fills series.shared.
/// If the idle machine was not measured, the series becomes empty with a reason.
void subtract_background(Series& series, const PhaseSamples& phase, std::size_t event);

/// Why the mean of a shared series, in bytes per step, cannot be published: it is below the detection limit of the
/// background. The text includes the number of steps that would make the bound visible. Empty if the mean can be
/// published.
std::string hidden_by_background(const Series& series, double mean, double bound_bytes);

/// Widens an interval by the uncertainty of the background's rate. `scale`: units of the estimate per byte per step.
void widen(Estimate& estimate, const SharedFigure& shared, double scale);

} // namespace bytebound
