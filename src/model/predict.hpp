#pragma once
// Expected time of a step, computed from its closed-form traffic and this host's bandwidth ceilings.

#include <cstdint>
#include <functional>
#include <optional>

#include "loops/traffic_descriptor.hpp"
#include "model/ceilings.hpp"
#include "model/closed_form.hpp"

namespace bytebound {

/// Properties of a loop that determine its copy bandwidth.
struct CopyFacts {
    RowLayout layout;
    CopyMethod copy = CopyMethod::memcpy;
    RowOrder order = RowOrder::random;
    std::uint32_t threads = 1;
    std::uint32_t parallel_threshold = 0; ///< number of rows in a step from which all threads share it
};

/// Nanoseconds of a step: row bytes at the row-copy ceiling of their order and of the level that serves them, plus
/// metadata bytes at the read ceiling. Assumes no overlap and no fixed cost per step. Work of a single worker
/// (metadata, steps below the threshold) uses one worker's ceilings if known, else the team's.
Modelled<double> predict_step_ns(const ClosedForm& traffic, double rows_written, const Ceilings& ceilings,
                                 const CopyFacts& facts);

/// The k from which rebuilding is expected to be at least as fast as replacing, and the matching tau.
struct Crossover {
    std::optional<std::uint32_t> k; ///< nullopt: never up to k_most
    std::uint32_t k_most = 0;
    double tau = 0;                     ///< makes hybrid rebuild from k on; without k, never
    double paired_ns = 0, index_ns = 0; ///< expected at k, or at k_most
    bool operator==(const Crossover&) const = default;
};

/// Expected nanoseconds of a step of `loop` at k.
using StepTime = std::function<Modelled<double>(LoopKind loop, std::uint32_t k)>;

/// The smallest k of 1 ... k_most from which index takes no longer than paired, found by bisection, which assumes that
/// index stays faster for larger k. tau is below k / m, so that hybrid rebuilds at k and not at k - 1. If a time is
/// unmodelled, or k_most = 0, returns Unmodelled.
Modelled<Crossover> find_crossover(std::uint32_t active_rows, std::uint32_t k_most, const StepTime& step_ns);

} // namespace bytebound
