#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "counters/event.hpp"
#include "counters/reading.hpp"

namespace bytebound {

/// Outcome of a trial opening.
struct Trial {
    std::optional<Error> refused; ///< a group did not open, or could not be read
    ReadingState worst = ReadingState::counted;

    /// All groups opened and had their counters the whole time.
    bool fits() const { return !refused && worst == ReadingState::counted; }
};

/// Opens the groups on the calling thread, works for 1 ms, reads them and closes them. Opening alone is not enough: a
/// counter occupied by the NMI watchdog or another profiler is visible only as running < enabled.
Trial try_groups(Sys& sys, std::span<const std::vector<Event>> groups);

} // namespace bytebound
