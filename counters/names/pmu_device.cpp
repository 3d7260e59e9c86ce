#include "counters/names/pmu_device.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"

namespace bytebound {
namespace {

constexpr std::string_view devices = "sys/bus/event_source/devices";

Failure broken_file(const std::string& path, const std::string& content) {
    const std::string shown = content.empty() ? "it is empty" : "it says '" + content.substr(0, 40) + "'";
    return fail({ExitCode::bad_data, "read", "/" + path, shown, "its driver or the recorded tree is broken", 0});
}

/// Of a PMU that exists.
bool counts_instructions(const SysRoot& root, std::string_view name) {
    return name == "cpu" || name == "cpum_cf" || root.exists(pmu_path(name, "cpus"));
}

} // namespace

std::string pmu_path(std::string_view pmu, std::string_view file) {
    std::string path = std::string(devices) + "/" + std::string(pmu);
    if (!file.empty()) path.append("/").append(file);
    return path;
}

std::vector<std::string> pmu_names(const SysRoot& root) { return root.list(devices); }

bool pmu_exists(const SysRoot& root, std::string_view name) {
    // Names come from users: "..", "" and the like must not become paths.
    const auto names = pmu_names(root);
    return std::binary_search(names.begin(), names.end(), name);
}

Result<std::uint32_t> pmu_type(const SysRoot& root, std::string_view name) {
    const std::string path = pmu_path(name, "type");
    const auto text = TRY(root.read(path));
    const auto value = parse_unsigned(text);
    if (!value || *value > std::numeric_limits<std::uint32_t>::max()) return broken_file(path, text);
    return static_cast<std::uint32_t>(*value);
}

Result<std::optional<std::vector<int>>> pmu_cpu_list(const SysRoot& root, std::string_view name,
                                                     std::string_view file) {
    const std::string path = pmu_path(name, file);
    if (!root.exists(path)) return std::optional<std::vector<int>>();
    const auto text = TRY(root.read(path));
    auto cpus = parse_cpu_list(text);
    if (!cpus) return broken_file(path, text);
    return cpus;
}

std::vector<std::string> pmu_aliases(const SysRoot& root, std::string_view name) {
    auto names = root.list(pmu_path(name, "events"));
    std::erase_if(names, [](const std::string& file) {
        for (const std::string_view companion : {".scale", ".unit", ".per-pkg", ".snapshot"}) {
            if (file.ends_with(companion)) return true;
        }
        return false;
    });
    return names;
}

bool is_core_pmu(const SysRoot& root, std::string_view name) {
    return pmu_exists(root, name) && counts_instructions(root, name);
}

bool has_several_core_pmus(const SysRoot& root) {
    const auto names = pmu_names(root);
    return std::count_if(names.begin(), names.end(),
                         [&](const std::string& name) { return counts_instructions(root, name); }) > 1;
}

bool CorePmu::serves(int cpu) const { return every_cpu || std::binary_search(cpus.begin(), cpus.end(), cpu); }

std::vector<CorePmu> core_pmus(const SysRoot& root, std::string* broken) {
    std::vector<CorePmu> found;
    for (const std::string& name : pmu_names(root)) {
        if (!counts_instructions(root, name)) continue;
        const auto type = pmu_type(root, name);
        const auto cpus = pmu_cpu_list(root, name, "cpus");
        if (!type || !cpus) {
            if (broken != nullptr) *broken = !type ? to_line(type.error()) : to_line(cpus.error());
            continue;
        }
        found.push_back({name, *type, cpus->value_or(std::vector<int>{}), !cpus->has_value()});
    }
    return found;
}

const CorePmu* serving(const std::vector<CorePmu>& pmus, int cpu) {
    const auto found = std::find_if(pmus.begin(), pmus.end(), [&](const CorePmu& pmu) { return pmu.serves(cpu); });
    return found == pmus.end() ? nullptr : &*found;
}

std::optional<CorePmu> core_pmu_of(const SysRoot& root, int cpu, std::string* broken) {
    const auto pmus = core_pmus(root, broken);
    const CorePmu* found = serving(pmus, cpu);
    return found == nullptr ? std::nullopt : std::optional(*found);
}

} // namespace bytebound
