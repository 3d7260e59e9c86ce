#pragma once
// Generating a segment: masks from a source, and the changes that those masks show.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "workload/trace_source.hpp"

namespace bytebound {

/// Asked between steps by what replays many of them; true ends it early. Empty: never.
using StopPredicate = std::function<bool()>;

/// Words of all masks of a trace: the initial set's, then one of every step.
std::size_t trace_words(const TraceSpec& spec);

/// Fills `masks` (trace_words() words or more, step-major; mask 0 is the initial active set) with a segment. The
/// changes are counted from the masks. None when `stop` ended it: the masks that are left are not filled, and no loop
/// may see them.
std::optional<std::vector<StepChange>> generate_trace(std::span<std::uint64_t> masks, const TraceSource& source,
                                                      std::uint32_t segment, const StopPredicate& stop = {});

/// The same changes without room for all masks.
std::optional<std::vector<StepChange>> count_trace(const TraceSource& source, std::uint32_t segment,
                                                   const StopPredicate& stop = {});

} // namespace bytebound
