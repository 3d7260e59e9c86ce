#pragma once
// Taking the machine's background out of what a counter shared with everybody saw.

#include "figures/series.hpp"

namespace bytebound {

/// Turns the raw values of shared event number `event` (bytes per reading, in series.values) into the program's own:
/// each reading minus the rate of the idle windows around its phase times the reading's length. Fills series.shared.
/// Empty with a reason where the idle machine was not watched.
void subtract_background(Series& series, const PhaseSamples& phase, std::size_t event);

/// Why the mean of a shared series, in bytes per step, says nothing: it is smaller than what the background hides. With
/// the number of steps that would show the bound. Empty when it says something.
std::string hidden_by_background(const Series& series, double mean, double bound_bytes);

/// Widens an interval by the uncertainty of the background's rate; `scale`: units of the estimate per byte per step.
void widen(Estimate& estimate, const SharedFigure& shared, double scale);

} // namespace bytebound
