#pragma once
// Separates one program's bytes from the background of a counter that the whole machine shares.

#include <span>

namespace bytebound {

/// An interval of the idle machine, with the bytes that others moved.
struct IdleWindow {
    double bytes = 0, ns = 0;
};

/// The background around one phase. In `t` ns it moves rate·t bytes with variance variance·t (a sum of independent
/// small transfers). The rate's standard error is the larger of sqrt(variance / idle_ns) and half of the change between
/// before and after the phase.
struct BackgroundNoise {
    double rate = 0;     ///< bytes per ns
    double variance = 0; ///< bytes² per ns
    double idle_ns = 0;  ///< total time of the windows
    double drift = 0;    ///< half of (rate after - rate before), bytes per ns; 0 if one side is missing
    bool operator==(const BackgroundNoise&) const = default;
};

/// `before`, `after`: windows around a phase; windows of zero duration are ignored. Without windows all fields are 0.
BackgroundNoise background_noise(std::span<const IdleWindow> before, std::span<const IdleWindow> after);

/// Variance (bytes²) of the background subtracted from `measured_ns`, due to the uncertainty of the rate only.
double rate_variance(const BackgroundNoise& noise, double measured_ns);
/// The same, plus the scatter of the background within those ns.
double net_variance(const BackgroundNoise& noise, double measured_ns);

/// Volumes below this many standard deviations of the background are indistinguishable from 0: the detection limit for
/// 5 % false positives and 5 % false negatives, 2 x 1.645 (L. A. Currie, Anal. Chem. 40 (1968) 586).
inline constexpr double detection_limit = 3.29;

} // namespace bytebound
