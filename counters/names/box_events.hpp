#pragma once

#include <string>
#include <vector>

#include "counters/names/resolver.hpp"

namespace bytebound {

/// An event that is counted at boxes, not in a thread.
struct BoxEvent {
    std::string name; ///< as the user wrote it
    Resolution resolution;
};
/// Those among the names, in their order; other events and names that cannot be resolved are left to other collectors.
std::vector<BoxEvent> box_events(const EventResolver& resolver, const std::vector<std::string>& names);

} // namespace bytebound
