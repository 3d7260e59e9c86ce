#include "counters/names/pmu_boxes.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <tuple>

#include "counters/names/pmu_device.hpp"

namespace bytebound {
namespace {

constexpr std::string_view uncore = "uncore_";
constexpr std::string_view digits = "0123456789";
constexpr std::string_view hex_digits = "0123456789abcdef";

/// "_0", "12", "_10008c000": an instance number, or the address of a box in hexadecimal.
bool is_instance(std::string_view suffix) {
    if (suffix.empty()) return false;
    const bool separated = suffix.front() == '_';
    if (separated) suffix.remove_prefix(1);
    if (suffix.empty()) return false;
    if (suffix.find_first_not_of(digits) == std::string_view::npos) return true;
    // A short word such as "_fed" or "_bad" is part of a name, not an address.
    return separated && suffix.size() > 2 && suffix.find_first_not_of(hex_digits) == std::string_view::npos &&
           suffix.find_first_of(digits) != std::string_view::npos;
}

bool is_instance_of(std::string_view pmu, std::string_view family) {
    return pmu.starts_with(family) && is_instance(pmu.substr(family.size()));
}

bool matches(const std::string& pmu, const std::string& name) {
    const std::string_view bare =
        pmu.starts_with(uncore) ? std::string_view(pmu).substr(uncore.size()) : std::string_view(pmu);
    if (is_glob(name))
        return ::fnmatch(name.c_str(), pmu.c_str(), 0) == 0 || ::fnmatch(name.c_str(), bare.data(), 0) == 0;
    return is_instance_of(pmu, name) || bare == name || is_instance_of(bare, name);
}

/// uncore_imc_2 before uncore_imc_10.
bool in_order(const std::string& a, const std::string& b) {
    const auto stem = [](const std::string& name) {
        return std::string_view(name).substr(0, name.find_last_not_of(digits) + 1);
    };
    return std::tuple(stem(a), a.size(), std::string_view(a)) < std::tuple(stem(b), b.size(), std::string_view(b));
}

} // namespace

bool is_glob(std::string_view name) { return name.find_first_of("*?[") != std::string_view::npos; }

std::vector<std::string> boxes_named(const SysRoot& root, std::string_view name) {
    const std::string wanted(name);
    if (pmu_exists(root, name)) return {wanted};
    std::vector<std::string> boxes;
    for (const std::string& pmu : pmu_names(root))
        if (matches(pmu, wanted)) boxes.push_back(pmu);
    std::sort(boxes.begin(), boxes.end(), in_order);
    return boxes;
}

char foreign_character(std::string_view name) {
    // perf's lexer (tools/perf/util/parse-events.l, "name"), and '.' and ':' of graphics drivers.
    constexpr std::string_view accepted = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:*?[]!";
    const auto at = name.find_first_not_of(accepted);
    return at == std::string_view::npos ? '\0' : name[at];
}

} // namespace bytebound
