#include "machine/core_kinds.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "counters/names/pmu_device.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/lists.hpp"

namespace bytebound {
namespace {

constexpr const char* fast_x86_kind = "cpu_core";

} // namespace

std::vector<CoreKind> read_core_kinds(const SysRoot& root, const std::vector<int>& online) {
    std::map<std::pair<std::string, std::uint32_t>, std::vector<int>> groups;
    const std::vector<CorePmu> pmus = core_pmus(root);
    for (const int cpu : online) {
        const CorePmu* pmu = serving(pmus, cpu);
        const auto capacity = unsigned_of(root, cpu_directory + "cpu" + std::to_string(cpu) + "/cpu_capacity");
        groups[{pmu != nullptr ? pmu->name : "", static_cast<std::uint32_t>(capacity.value_or(0))}].push_back(cpu);
    }
    if (groups.size() < 2) return {};
    std::vector<CoreKind> kinds;
    for (auto& [key, cpus] : groups)
        kinds.push_back({key.first, key.second > 0 ? std::optional(key.second) : std::nullopt, std::move(cpus)});
    std::stable_sort(kinds.begin(), kinds.end(), [](const CoreKind& a, const CoreKind& b) {
        if (a.capacity != b.capacity) return a.capacity > b.capacity; // nullopt is the lowest
        return a.pmu == fast_x86_kind && b.pmu != fast_x86_kind;
    });
    return kinds;
}

bool ranked(const std::vector<CoreKind>& kinds) {
    return kinds.empty() || kinds.front().pmu == fast_x86_kind ||
           std::all_of(kinds.begin(), kinds.end(), [](const CoreKind& kind) { return kind.capacity.has_value(); });
}

std::string describe_kinds(const std::vector<CoreKind>& kinds, const std::vector<int>& cpus) {
    std::vector<std::string> parts;
    for (const CoreKind& kind : kinds) {
        std::vector<int> chosen;
        for (const int cpu : kind.cpus)
            if (std::find(cpus.begin(), cpus.end(), cpu) != cpus.end()) chosen.push_back(cpu);
        if (chosen.empty()) continue;
        std::string text = kind.pmu.empty() ? "unknown kind" : kind.pmu;
        if (kind.capacity) text += ", capacity " + std::to_string(*kind.capacity);
        parts.push_back(text + " (CPU" + (chosen.size() > 1 ? "s " : " ") + format_cpu_list(chosen) + ")");
    }
    return join(parts, "; ");
}

} // namespace bytebound
