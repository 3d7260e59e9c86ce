#include <algorithm>

#include "io/regex.hpp"
#include "preset/preset.hpp"

namespace bytebound {
namespace {

bool in(const std::vector<NumberRange>& ranges, const std::optional<std::uint32_t>& value) {
    if (ranges.empty()) return true;
    return value && std::any_of(ranges.begin(), ranges.end(), [&](const NumberRange& r) { return r.contains(*value); });
}

} // namespace

bool fits_cpu(const CpuMatch& match, const CpuIdentity& cpu) {
    if (match.implementer)
        return cpu.implementer == match.implementer && cpu.part &&
               std::find(match.parts.begin(), match.parts.end(), *cpu.part) != match.parts.end();
    if (!match.power_cpu.empty()) return cpu.power_cpu == match.power_cpu;
    return match.names_cpu() && cpu.vendor == match.vendor && cpu.family == match.family &&
           in(match.models, cpu.model) && in(match.steppings, cpu.stepping);
}

bool has_model(const std::vector<NumberRange>& models, const CpuIdentity& cpu) {
    return in(models, cpu.model_number());
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
