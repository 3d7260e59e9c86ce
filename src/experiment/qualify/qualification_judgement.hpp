#pragma once
// Counts of known work against that work: pure functions.

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "record/qualification_record.hpp"

namespace bytebound {

/// Largest |bias| that passes.
inline constexpr double exact_bias = 0.01;   ///< instructions, breakpoints, software events
inline constexpr double traffic_bias = 0.05; ///< lines, bytes
/// Fewest counted repeats that make a judgement.
inline constexpr std::uint64_t fewest_trials = 5;

/// What one repeat of a kernel did: exactly `low`, or something between the two.
struct Truth {
    double low = 0, high = 0;
    bool witnessed = false; ///< a second witness measured it: this repeat's range is what the witness cannot tell
    static Truth exactly(double value) { return {value, value, false}; }
    /// What a witness saw between the two readings of the counters, and what it saw around them (never less).
    static Truth seen(double between, double around) { return {between, std::max(between, around), true}; }
    bool operator==(const Truth&) const = default;
};

/// One repeat: what an event counted (nothing: it had no counter, or its reading was no count) and what there was.
struct KernelTrial {
    std::optional<double> counted;
    Truth truth;
};

/// Fills everything but `name` and `kernel`. Failed: |bias| > threshold, CV > qualification_cv (of counted over truth,
/// which may differ between repeats; a count within a witnessed range is its truth), or fewer than fewest_trials
/// repeats counted. The truths are above 0.
QualifiedEvent judge(std::span<const KernelTrial> trials, double threshold, std::string unit);

} // namespace bytebound
