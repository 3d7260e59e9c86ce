#pragma once
// The expectations of a run before it measures, as recorded in run.json.

#include <optional>
#include <string>

#include "model/closed_form.hpp"
#include "model/predict.hpp"

namespace bytebound {

/// Inputs of the run's closed forms, and the crossover computed from them and the ceilings.
struct ExpectedRecord {
    CacheBelow cache;
    std::string write_allocate_source; ///< of the counts, or why the factor is assumed
    std::optional<Crossover> crossover;
    /// The smallest and the largest k* for all combinations of the ceilings' interval ends; an end beyond k_most is
    /// absent.
    std::optional<std::uint32_t> k_low, k_high;
    std::string crossover_reason; ///< why there is none, and what to do
};

} // namespace bytebound
