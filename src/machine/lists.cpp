#include "machine/lists.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"

namespace bytebound {
namespace {

/// Of a CPU or node: NR_CPUS is at most 8192 (arch/x86/Kconfig, arch/powerpc/Kconfig), MAX_NUMNODES 1024. Each of them
/// costs a dozen files to look for.
constexpr int highest_number = 8191;

} // namespace

std::optional<std::vector<int>> list_of(const SysRoot& root, const std::string& path, std::vector<FileFault>& faults) {
    const auto text = root.read(path);
    if (!text) return {};
    auto list = parse_cpu_list(*text);
    if (list && (list->empty() || list->back() <= highest_number)) return list;
    faults.push_back({path, *text});
    return {};
}

std::optional<std::vector<int>> mask_of(const SysRoot& root, const std::string& path) {
    const auto text = root.read(path);
    return text ? parse_cpu_mask(*text) : std::nullopt;
}

std::optional<std::vector<int>> cpus_of(const SysRoot& root, const std::string& list, const std::string& mask) {
    if (const auto text = root.read(list))
        if (auto cpus = parse_cpu_list(*text)) return cpus;
    return mask_of(root, mask);
}

std::optional<int> unsigned_of(const SysRoot& root, const std::string& path) {
    const auto text = root.read(path);
    if (!text) return {};
    const auto value = parse_unsigned(*text);
    if (!value || *value > 1u << 30) return {};
    return static_cast<int>(*value);
}

std::vector<int> numbered_entries(const SysRoot& root, const std::string& directory, const std::string& prefix) {
    std::vector<int> numbers;
    for (const std::string& name : root.list(directory)) {
        if (!name.starts_with(prefix)) continue;
        if (const auto number = parse_unsigned(name.substr(prefix.size())))
            numbers.push_back(static_cast<int>(*number));
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

std::vector<int> intersection(const std::vector<int>& a, const std::vector<int>& b) {
    std::vector<int> both;
    // The siblings of one CPU against all CPUs, for each CPU: time must not grow with the product.
    if (a.size() < b.size() / 16) {
        std::copy_if(a.begin(), a.end(), std::back_inserter(both),
                     [&](int number) { return std::binary_search(b.begin(), b.end(), number); });
        return both;
    }
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
}

std::vector<int> difference(const std::vector<int>& a, const std::vector<int>& b) {
    std::vector<int> rest;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
    return rest;
}

} // namespace bytebound
