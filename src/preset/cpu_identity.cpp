#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "io/regex.hpp"
#include "preset/preset.hpp"

namespace bytebound {
namespace {

std::optional<std::uint32_t> number_of(std::string_view value) {
    const auto number = parse_unsigned(value);
    if (!number || *number > 0xffffffffu) return {};
    return static_cast<std::uint32_t>(*number);
}

bool in(const std::vector<NumberRange>& ranges, const std::optional<std::uint32_t>& value) {
    if (ranges.empty()) return true;
    return value && std::any_of(ranges.begin(), ranges.end(), [&](const NumberRange& r) { return r.contains(*value); });
}

bool fits_cpu(const CpuMatch& match, const CpuIdentity& cpu) {
    if (match.implementer)
        return cpu.implementer == match.implementer && cpu.part &&
               std::find(match.parts.begin(), match.parts.end(), *cpu.part) != match.parts.end();
    if (!match.power_cpu.empty()) return cpu.power_cpu == match.power_cpu;
    return cpu.vendor == match.vendor && cpu.family == match.family && in(match.models, cpu.model) &&
           in(match.steppings, cpu.stepping);
}

} // namespace

CpuIdentity identify_cpu(const SysRoot& root) {
    CpuIdentity cpu;
    const auto info = root.read("proc/cpuinfo");
    if (!info) return cpu;
    for (const std::string& line : split(*info, '\n')) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) {
            if (!cpu.vendor.empty() || cpu.implementer || !cpu.power_cpu.empty()) break; // the second processor begins
            continue;
        }
        const std::string key(trim(std::string_view(line).substr(0, colon)));
        const std::string value(trim(std::string_view(line).substr(colon + 1)));
        if (key == "vendor_id") cpu.vendor = value;
        if (key == "model name") cpu.model_name = value;
        if (key == "cpu family") cpu.family = number_of(value);
        if (key == "model") cpu.model = number_of(value);
        if (key == "stepping") cpu.stepping = number_of(value);
        if (key == "CPU implementer") cpu.implementer = number_of(value);
        if (key == "CPU part") cpu.part = number_of(value);
        // "POWER9, altivec supported", "POWER10 (architected), altivec supported"
        if (key == "cpu") cpu.power_cpu = value.substr(0, value.find_first_of(" ,("));
    }
    return cpu;
}

std::string describe(const CpuIdentity& cpu) {
    if (cpu.implementer) return fmt::format("implementer {:#x} part {:#x}", *cpu.implementer, cpu.part.value_or(0));
    if (!cpu.power_cpu.empty()) return "CPU " + cpu.power_cpu;
    if (cpu.vendor.empty()) return "a CPU that /proc/cpuinfo does not name";
    std::string text = cpu.vendor;
    if (cpu.family) text += fmt::format(" family {:#x}", *cpu.family);
    if (cpu.model) text += fmt::format(" model {:#x}", *cpu.model);
    if (cpu.stepping) text += fmt::format(" stepping {:#x}", *cpu.stepping);
    return text;
}

Fit fit_of(const CpuMatch& match, const CpuIdentity& cpu, const std::vector<std::string>& pmus, std::string* device) {
    if (match.names_cpu() && !fits_cpu(match, cpu)) return Fit::none;
    for (const std::string& pattern : match.devices) {
        const Regex compiled(pattern);
        const auto found =
            std::find_if(pmus.begin(), pmus.end(), [&](const std::string& pmu) { return compiled.matches(pmu); });
        if (found == pmus.end()) return Fit::none;
        if (device != nullptr) *device = *found;
    }
    if (match.devices.empty()) return match.names_cpu() ? Fit::model : Fit::none;
    return match.names_cpu() ? Fit::model_and_devices : Fit::devices;
}

} // namespace bytebound
