#pragma once
// Subtracts the machine's background from counters shared with the whole machine.

#include "figures/series.hpp"

namespace bytebound {

/// Converts the values of shared event number `event` (series.values, in `scale` times its counts per step, read from
/// `column` of the samples) to the program's own: each reading minus the rate of the idle windows around its phase
/// times the reading's duration. Fills series.shared. If the idle machine was not measured, the series becomes empty
/// with a reason.
void subtract_background(Series& series, const PhaseSamples& phase, std::size_t event, std::size_t column,
                         double scale);

/// Why the mean of a shared series, per step, cannot be published: it is below the detection limit of the
/// background. The text includes the number of steps that would make the bound visible. Empty if the mean can be
/// published.
std::string hidden_by_background(const Series& series, double mean, double bound_bytes);

/// Standard deviation of what was subtracted from all steps of a series alike: the background, the cost of a reading.
double deviation_of_subtracted(const Series& series);
/// Widens an interval by an independent uncertainty, half of a 95 % interval itself.
void widen_by(Estimate& estimate, double half);
/// Widens an interval by the uncertainty of the background's rate. `scale`: units of the estimate per byte per step.
void widen(Estimate& estimate, const SharedFigure& shared, double scale);

} // namespace bytebound
