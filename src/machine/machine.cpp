#include "machine/machine.hpp"

#include <set>
#include <utility>

namespace bytebound {

std::optional<int> Machine::package_count() const {
    std::set<int> packages;
    for (const auto& [number, place] : places)
        if (place.package) packages.insert(*place.package);
    if (packages.empty()) return {};
    return static_cast<int>(packages.size());
}

std::optional<int> Machine::die_count() const {
    std::set<std::pair<int, int>> dies;
    for (const auto& [number, place] : places)
        if (place.package) dies.insert({*place.package, place.die.value_or(0)});
    if (dies.empty()) return {};
    return static_cast<int>(dies.size());
}

std::vector<CacheInfo> Machine::last_level_caches(const std::vector<int>& cpus) const {
    return bytebound::last_level_caches(caches, cpus);
}

} // namespace bytebound
