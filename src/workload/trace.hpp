#pragma once
// Generates a segment: masks from a source, and the changes counted from them.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "workload/trace_source.hpp"

namespace bytebound {

/// Polled between steps of long replays; true stops early. Empty: never stops.
using StopPredicate = std::function<bool()>;

/// Number of words of all masks of a trace: the initial set's and one per step.
std::size_t trace_words(const TraceSpec& spec);

/// Fills `masks` (at least trace_words() words, step-major; mask 0 is the initial active set) with a segment and counts
/// the changes. Returns nullopt if `stop` ended it; the masks are then incomplete and must not be used.
std::optional<std::vector<StepChange>> generate_trace(std::span<std::uint64_t> masks, const TraceSource& source,
                                                      std::uint32_t segment, const StopPredicate& stop = {});

/// The same changes, without memory for all masks.
std::optional<std::vector<StepChange>> count_trace(const TraceSource& source, std::uint32_t segment,
                                                   const StopPredicate& stop = {});

} // namespace bytebound
