#include "machine/caches.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "counters/sys_file.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/lists.hpp"

namespace bytebound {
namespace {

/// "48K", "32768K", "1M" -> bytes. The kernel prints K; other units have been seen.
std::uint64_t cache_size(const std::string& text) {
    const auto unit = text.find_first_not_of("0123456789");
    const auto number = parse_unsigned(text.substr(0, unit)).value_or(0);
    if (unit == std::string::npos) return number;
    return text[unit] == 'M' ? number << 20 : text[unit] == 'K' ? number << 10 : number;
}

std::optional<std::uint32_t> known_number(const SysRoot& root, const std::string& file) {
    const auto number = unsigned_of(root, file);
    return number ? unless_zero(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

} // namespace

std::vector<CacheInfo> read_caches(const SysRoot& root, const std::vector<int>& online) {
    std::vector<CacheInfo> caches;
    std::set<std::tuple<int, std::string, std::vector<int>>> seen;
    for (const int cpu : online) {
        const std::string directory = cpu_directory + "cpu" + std::to_string(cpu) + "/cache/";
        for (const int index : numbered_entries(root, directory, "index")) {
            const std::string base = directory + "index" + std::to_string(index) + "/";
            const auto level = unsigned_of(root, base + "level");
            const auto type = root.read(base + "type");
            if (!level || !type) continue;
            CacheInfo cache{*level, *type,  unless_zero(cache_size(text_of(root, base + "size"))), {}, {},
                            {cpu},  "sysfs"};
            // 0 ways: fully associative or unknown.
            cache.ways = known_number(root, base + "ways_of_associativity");
            cache.line_bytes = known_number(root, base + "coherency_line_size");
            const auto shared = cpus_of(root, base + "shared_cpu_list", base + "shared_cpu_map");
            cache.sharing_stated = shared && !intersection(*shared, online).empty();
            if (cache.sharing_stated) cache.cpus = intersection(*shared, online);
            if (seen.insert({cache.level, cache.type, cache.cpus}).second) caches.push_back(std::move(cache));
        }
    }
    sort_caches(caches);
    return caches;
}

void sort_caches(std::vector<CacheInfo>& caches) {
    std::stable_sort(caches.begin(), caches.end(), [](const CacheInfo& a, const CacheInfo& b) {
        return std::tie(a.level, a.type, a.cpus) < std::tie(b.level, b.type, b.cpus);
    });
}

std::vector<CacheInfo> last_level_caches(const std::vector<CacheInfo>& caches, const std::vector<int>& cpus) {
    std::vector<CacheInfo> reached;
    for (const int cpu : cpus) {
        const CacheInfo* last = nullptr;
        for (const CacheInfo& cache : caches) {
            if (cache.type == "Instruction" || std::find(cache.cpus.begin(), cache.cpus.end(), cpu) == cache.cpus.end())
                continue;
            if (last == nullptr || cache.level > last->level) last = &cache;
        }
        if (last == nullptr || !last->size_bytes) continue;
        if (std::find(reached.begin(), reached.end(), *last) == reached.end()) reached.push_back(*last);
    }
    return reached;
}

} // namespace bytebound
