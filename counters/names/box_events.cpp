#include "counters/names/box_events.hpp"

#include <utility>

namespace bytebound {

std::vector<BoxEvent> box_events(const EventResolver& resolver, const std::vector<std::string>& names) {
    std::vector<BoxEvent> events;
    for (const std::string& name : names) {
        auto resolution = resolver.resolve(name);
        if (resolution && resolution->event && resolution->event->scope == Scope::cpu)
            events.push_back({name, std::move(*resolution)});
    }
    return events;
}

} // namespace bytebound
