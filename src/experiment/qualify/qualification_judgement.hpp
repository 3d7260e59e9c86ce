#pragma once
// Compares counts of known work with that work. Pure functions.

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "record/qualification_record.hpp"

namespace bytebound {

/// The largest |bias| that passes.
inline constexpr double exact_bias = 0.01;   ///< instructions, breakpoints, software events
inline constexpr double traffic_bias = 0.05; ///< lines, bytes
/// The fewest counted repeats that suffice for a verdict.
inline constexpr std::uint64_t fewest_trials = 5;

/// The truth of one repeat of a kernel: exactly `low`, or a value between `low` and `high`.
struct Truth {
    double low = 0, high = 0;
    bool witnessed = false; ///< measured by an independent second count, whose uncertainty is the range
    static Truth exactly(double value) { return {value, value, false}; }
    /// `between`: counted by the witness between the two readings of the counters; `around`: counted around them (never
    /// less).
    static Truth seen(double between, double around) { return {between, std::max(between, around), true}; }
    bool operator==(const Truth&) const = default;
};

/// One repeat: an event's count (nullopt: it had no counter, or its reading was not a count) and the truth.
struct KernelTrial {
    std::optional<double> counted;
    Truth truth;
};

/// Fills in everything except `name` and `kernel`. An event fails if |bias| > threshold, CV > qualification_cv, or
/// fewer than fewest_trials repeats were counted. The CV is that of count divided by truth, because the truth may
/// differ between repeats; a count within a witnessed range is its own truth. All truths must be above 0.
QualifiedEvent judge(std::span<const KernelTrial> trials, double threshold, std::string unit);

} // namespace bytebound
