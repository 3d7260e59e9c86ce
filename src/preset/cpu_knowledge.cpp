#include "preset/cpu_knowledge.hpp"

#include <algorithm>

#include "counters/names/pmu_device.hpp"
#include "io/regex.hpp"
#include "preset/memory_caveats.hpp"

namespace bytebound {
namespace {

/// The evidence for choosing a driver, strongest first.
enum class DriverEvidence { firmware, board, model };

DriverEvidence evidence_of(const MemoryControllerDriver& driver) {
    if (!driver.acpi.empty()) return DriverEvidence::firmware;
    return driver.board.empty() ? DriverEvidence::model : DriverEvidence::board;
}

bool serves(const Preset& preset, const MemoryControllerDriver& driver, const Machine& machine,
            const std::vector<std::string>& acpi_devices) {
    if (!driver.acpi.empty())
        return std::any_of(acpi_devices.begin(), acpi_devices.end(),
                           [&](const std::string& device) { return device.starts_with(driver.acpi); });
    // PMU conditions of a match are ignored here, because the missing driver would provide those PMUs.
    const bool fits = std::any_of(preset.matches.begin(), preset.matches.end(),
                                  [&](const CpuMatch& match) { return fits_cpu(match, machine.cpu); });
    const Virtualisation& hardware = machine.virtualisation;
    return fits && has_model(driver.models, machine.cpu) &&
           (driver.board.empty() || full_match(driver.board, hardware.vendor + " " + hardware.product));
}

std::map<std::string, BoxScope> scopes_of(const std::vector<std::string>& pmus, const Preset& preset) {
    std::map<std::string, BoxScope> scopes;
    for (const MemorySource& source : preset.dram)
        for (const std::string& pmu : pmus)
            if (full_match(source.pmu, pmu) && (source.exclude.empty() || !full_match(source.exclude, pmu)))
                scopes.try_emplace(pmu, source.scope);
    return scopes;
}

} // namespace

std::optional<MemoryControllerDriver> memory_controller_driver(const std::vector<Preset>& presets,
                                                               const Machine& machine,
                                                               const std::vector<std::string>& acpi_devices) {
    for (const DriverEvidence evidence : {DriverEvidence::firmware, DriverEvidence::board, DriverEvidence::model})
        for (const Preset& preset : presets)
            for (const MemoryControllerDriver& driver : preset.drivers)
                if (evidence_of(driver) == evidence && serves(preset, driver, machine, acpi_devices)) return driver;
    return {};
}

CpuKnowledge cpu_knowledge(const SysRoot& root, const Machine& machine, const std::vector<std::string>& acpi_devices) {
    CpuKnowledge knowledge;
    const std::vector<std::string> pmus = pmu_names(root);
    knowledge.driver = memory_controller_driver(built_in_presets(), machine, acpi_devices);
    for (const Preset& preset : built_in_presets())
        for (const auto& [pmu, scope] : scopes_of(pmus, preset))
            knowledge.memory_pmus.insert(pmu);
    const auto choice = choose_preset(root, "auto");
    if (!choice || !choice->preset) return knowledge;
    MemoryMatch match = match_memory(root, *choice->preset);
    if (match.counters.empty()) {
        knowledge.uncounted = std::move(match.reason);
        knowledge.uncounted_remedy = "--collector sim models the bytes";
    }
    knowledge.errata = std::move(match.brief_errata);
    for (const Erratum& erratum : resctrl_errata_of(machine, *choice->preset))
        knowledge.resctrl_errata.push_back(erratum.text);
    knowledge.scopes = scopes_of(pmus, *choice->preset);
    return knowledge;
}

} // namespace bytebound
