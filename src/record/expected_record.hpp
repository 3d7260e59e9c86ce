#pragma once
// What a run expects before it measures, as run.json keeps it.

#include <optional>
#include <string>

#include "model/closed_form.hpp"
#include "model/predict.hpp"

namespace bytebound {

/// What the closed forms of a run rest on, and the crossover that follows from them and the ceilings.
struct ExpectedRecord {
    CacheBelow cache;
    std::string write_allocate_source; ///< of the counts, or why the factor is assumed
    std::optional<Crossover> crossover;
    /// The smallest and the largest k* with every level's ceilings at either end of their intervals; an end that lies
    /// beyond k_most is absent.
    std::optional<std::uint32_t> k_low, k_high;
    std::string crossover_reason; ///< why there is none, and what to do
};

} // namespace bytebound
