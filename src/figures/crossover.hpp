#pragma once
// The k from which the rebuild is faster than paired replacement, and the tau that follows.

#include <cstdint>
#include <optional>
#include <string>

#include "counters/tier.hpp"

namespace bytebound {

struct RunRecord;
struct Summary;

/// k* by one way of knowing it.
struct CrossoverPoint {
    std::optional<double> k; ///< none: `reason` says on which side every k lies
    /// 95 %; an end beyond the ks that were run is absent.
    std::optional<double> ci_low, ci_high;
    std::string reason; ///< why there is no k, or no model
    Tier tier = Tier::timed;
    std::string basis; ///< "time_ns index/paired over 4 ks", the model and what it rests on
};

struct CrossoverSummary {
    CrossoverPoint measured, modelled;
    /// k* / m of the measured k*; where there is none that of the model, if it lies on the side that the run left open.
    std::optional<double> tau, tau_low, tau_high;
    std::string tau_basis;  ///< "measured", "modelled"; empty: none
    std::string tau_reason; ///< why there is none
};

/// Of time_ns: where the ratio index / paired, log-linear in k between the ks of the run, falls to 1, if it does so
/// once; the ends of its interval where those of the ratio do. Nothing unless both loops have a row at the same k.
std::optional<CrossoverSummary> crossover(const RunRecord& run, const Summary& summary);

} // namespace bytebound
