#pragma once
// Expected time of a step, from its closed-form traffic and the bandwidth ceilings of this host.

#include <cstdint>
#include <functional>
#include <optional>

#include "loops/traffic_descriptor.hpp"
#include "model/ceilings.hpp"
#include "model/closed_form.hpp"

namespace bytebound {

/// How a loop copies rows, as far as its bandwidth depends on it.
struct CopyFacts {
    RowLayout layout;
    CopyMethod copy = CopyMethod::memcpy;
    std::uint32_t threads = 1;
    std::uint32_t parallel_threshold = 0; ///< rows of a step from which all threads share it
};

/// Nanoseconds of a step: row bytes at the row-copy ceiling of the level that serves them, then metadata bytes at the
/// read ceiling. Nothing overlaps, and no step has a cost of its own. What one worker does alone, metadata and steps
/// below the threshold, goes at one worker's ceilings where they are known, else at the team's.
Modelled<double> predict_step_ns(const ClosedForm& traffic, double rows_written, const Ceilings& ceilings,
                                 const CopyFacts& facts);

/// From which k on rebuilding is expected to take no longer than replacing, and the tau that says so.
struct Crossover {
    std::optional<std::uint32_t> k; ///< none: never up to k_most
    std::uint32_t k_most = 0;
    double tau = 0;                     ///< hybrid then rebuilds from k on; without k never
    double paired_ns = 0, index_ns = 0; ///< expected at k, or at k_most
    bool operator==(const Crossover&) const = default;
};

/// Expected nanoseconds of a step of `loop` at k.
using StepTime = std::function<Modelled<double>(LoopKind loop, std::uint32_t k)>;

/// The smallest k of 1 ... k_most from which index takes no longer than paired, found by bisection: from there on
/// index is taken to stay ahead. tau lies below k / m, so that k itself rebuilds and k - 1 does not. The first time
/// that is unmodelled is the answer; so is k_most = 0.
Modelled<Crossover> find_crossover(std::uint32_t active_rows, std::uint32_t k_most, const StepTime& step_ns);

} // namespace bytebound
