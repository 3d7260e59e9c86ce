#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "counters/event.hpp"
#include "counters/reading.hpp"

namespace bytebound {

/// What became of a trial opening.
struct Trial {
    std::optional<Error> refused; ///< a group did not open, or could not be read
    ReadingState worst = ReadingState::counted;

    /// Opens, and every group had its counters the whole time.
    bool fits() const { return !refused && worst == ReadingState::counted; }
};

/// Opens the groups on the calling thread, works for 1 ms, reads them and closes them again. Opening alone proves
/// little: an NMI watchdog or another profiler that holds a counter shows only in running < enabled.
Trial try_groups(Sys& sys, std::span<const std::vector<Event>> groups);

} // namespace bytebound
