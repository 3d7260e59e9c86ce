#pragma once
// The k from which rebuilding is faster than paired replacement, and the tau derived from it.

#include <cstdint>
#include <optional>
#include <string>

#include "counters/tier.hpp"

namespace bytebound {

struct RunRecord;
struct Summary;

/// k* by one method.
struct CrossoverPoint {
    std::optional<double> k; ///< nullopt: `reason` says on which side all ks are
    /// 95 % interval: the nearest ks at which one loop is significantly faster; an end outside of the run's ks is
    /// absent.
    std::optional<double> ci_low, ci_high;
    std::string reason; ///< why there is no k, or no model
    Tier tier = Tier::timed;
    std::string basis; ///< "time_ns index/paired over 4 ks", or the model and its inputs
};

struct CrossoverSummary {
    CrossoverPoint measured, modelled;
    /// k* / m of the measured k*; if there is none, that of the model, if it does not contradict the run.
    std::optional<double> tau, tau_low, tau_high;
    std::string tau_basis;  ///< "measured", "modelled"; empty: none
    std::string tau_reason; ///< why there is none
};

/// Measured on time_ns: the k where the ratio index / paired, interpolated log-linearly between the run's ks, falls to
/// 1, if it does so exactly once. The interval reaches from the largest k whose ratio is significantly above 1 to the
/// smallest whose ratio is significantly below. nullopt unless both loops have a row at some common k.
std::optional<CrossoverSummary> crossover(const RunRecord& run, const Summary& summary);

} // namespace bytebound
