#pragma once
// What a counter shared with the whole machine says about one program: its own bytes beside everybody else's.

#include <span>

namespace bytebound {

/// The idle machine over one interval: bytes that others moved.
struct IdleWindow {
    double bytes = 0, ns = 0;
};

/// The background around one phase. Bytes of `t` ns of background are taken as rate·t with variance·t around it (a sum
/// of independent small transfers), and the rate as known to sqrt(variance / idle_ns) or to half of what it changed
/// between before and after the phase, whichever is worse.
struct BackgroundNoise {
    double rate = 0;     ///< bytes per ns
    double variance = 0; ///< bytes² per ns
    double idle_ns = 0;  ///< that the rate was taken from
    double drift = 0;    ///< half of (rate after - rate before), bytes per ns; 0 where one side is missing
    bool operator==(const BackgroundNoise&) const = default;
};

/// `before`, `after`: windows around a phase; windows of no time are passed over. No window at all: all zero, idle_ns
/// 0.
BackgroundNoise background_noise(std::span<const IdleWindow> before, std::span<const IdleWindow> after);

/// Variance (bytes²) of the background subtracted from `measured_ns`, from the rate's uncertainty alone.
double rate_variance(const BackgroundNoise& noise, double measured_ns);
/// The same with the scatter of the background within those ns.
double net_variance(const BackgroundNoise& noise, double measured_ns);

/// Volumes below this many standard deviations of the background are not told from none: the detection limit for 5 %
/// false positives and 5 % false negatives, 2 x 1.645 (L. A. Currie, Anal. Chem. 40 (1968) 586).
inline constexpr double detection_limit = 3.29;

} // namespace bytebound
