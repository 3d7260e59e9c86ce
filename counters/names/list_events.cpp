#include "base/sysroot.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/names/resolver.hpp"
#include "counters/names/static_events.hpp"

namespace bytebound {

std::vector<ListedEvent> list_events(const SysRoot& root) {
    std::vector<ListedEvent> events;
    const auto core = core_pmu_of(root, 0);
    const std::string core_name = core ? core->name : std::string();
    for (const StaticEvent& event : hardware_events())
        events.push_back({std::string(event.name), core_name, "hardware"});
    for (const StaticEvent& event : software_events())
        events.push_back({std::string(event.name), "software", "software"});
    for (std::string& name : cache_event_names())
        events.push_back({std::move(name), core_name, "cache"});
    for (const std::string& pmu : pmu_names(root)) {
        for (const std::string& alias : pmu_aliases(root, pmu)) {
            // An alias with a parameter ("chip=?") needs a value before it can be opened.
            const auto text = root.read(pmu_path(pmu, "events/" + alias));
            if (text && text->find('?') != std::string::npos) continue;
            events.push_back({pmu + "/" + alias + "/", pmu, "sysfs"});
        }
    }
    if (pmu_exists(root, "breakpoint")) events.push_back({"mem:0x1000/4:w", "breakpoint", "breakpoint"});
    return events;
}

} // namespace bytebound
