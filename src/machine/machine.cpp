#include <algorithm>

#include "machine/topology.hpp"

namespace bytebound {

std::vector<CacheInfo> Machine::last_level_caches(const std::vector<int>& cpus) const {
    std::vector<CacheInfo> reached;
    for (const int cpu : cpus) {
        const CacheInfo* last = nullptr;
        for (const CacheInfo& cache : caches) {
            if (cache.type == "Instruction" || std::find(cache.cpus.begin(), cache.cpus.end(), cpu) == cache.cpus.end())
                continue;
            if (last == nullptr || cache.level > last->level) last = &cache;
        }
        if (last == nullptr || last->size_bytes == 0) continue;
        if (std::find(reached.begin(), reached.end(), *last) == reached.end()) reached.push_back(*last);
    }
    return reached;
}

} // namespace bytebound
