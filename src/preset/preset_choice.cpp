#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "counters/names/pmu_device.hpp"
#include "io/regex.hpp"
#include "preset/preset.hpp"

namespace bytebound {
namespace {

constexpr std::string_view last_resort = "generic";

/// The preset's LLC-miss event in the user's grammar, if the machine has its PMU.
void choose_llc_event(const SysRoot& root, PresetChoice& choice) {
    const Preset& preset = *choice.preset;
    if (!preset.llc_misses) {
        choice.llc_reason = preset.no_llc_misses;
        return;
    }
    if (!preset.llc_misses->event.empty()) {
        choice.llc_event = preset.llc_misses->event;
        return;
    }
    const Regex pattern(preset.llc_misses->pmu);
    for (const std::string& pmu : pmu_names(root)) {
        if (!pattern.matches(pmu)) continue;
        choice.llc_event = pmu + "/" + preset.llc_misses->terms + "/";
        return;
    }
    choice.llc_reason = fmt::format("this machine has no core PMU {} under /{}", preset.llc_misses->pmu,
                                    "sys/bus/event_source/devices");
}

struct Fitting {
    const Preset* preset = nullptr;
    Fit fit = Fit::none;
    std::string device;
};

/// The best fit, and the first among equals; the user's own presets come first.
Fitting best_fit(const std::vector<Preset>& presets, const CpuIdentity& cpu, const std::vector<std::string>& pmus) {
    Fitting best;
    for (const Preset& preset : presets) {
        for (const CpuMatch& match : preset.matches) {
            std::string device;
            const Fit fit = fit_of(match, cpu, pmus, &device);
            if (fit > best.fit) best = {&preset, fit, device};
        }
    }
    return best;
}

std::string why(const Fitting& fitting, const CpuIdentity& cpu) {
    switch (fitting.fit) {
    case Fit::none: return "no preset matches " + describe(cpu);
    case Fit::model: return describe(cpu);
    case Fit::devices: return fmt::format("PMU {} exists (the CPU is {})", fitting.device, describe(cpu));
    case Fit::model_and_devices: return fmt::format("{}, and PMU {} exists", describe(cpu), fitting.device);
    }
    return {};
}

const Preset* named(const std::vector<Preset>& presets, std::string_view name) {
    const auto found = std::find_if(presets.begin(), presets.end(), [&](const Preset& p) { return p.name == name; });
    return found == presets.end() ? nullptr : &*found;
}

Failure unknown_name(const std::string& request, const std::vector<Preset>& presets) {
    std::vector<std::string> names = {"auto", "none"};
    for (const Preset& preset : presets)
        names.push_back(preset.name);
    const auto near = nearest(request, names);
    return fail({ExitCode::usage, "choose preset", request, "there is no preset of this name",
                 near ? "did you mean " + *near + "?" : "give one of: " + join(names, ", ")});
}

} // namespace

Result<PresetChoice> choose_preset(const SysRoot& root, const std::string& request,
                                   const std::filesystem::path& directory) {
    PresetChoice choice;
    if (request == "none") {
        choice.reason = choice.llc_reason = "--bw-preset none";
        return choice;
    }
    if (request.find('/') != std::string::npos || request.ends_with(".toml")) {
        choice.preset = TRY(load_preset(request));
        choice.reason = "--bw-preset " + request;
        choose_llc_event(root, choice);
        return choice;
    }
    const auto presets = TRY(all_presets(directory));
    if (request != "auto") {
        const Preset* preset = named(presets, request);
        if (preset == nullptr) return unknown_name(request, presets);
        choice.preset = *preset;
        choice.reason = "--bw-preset " + request;
    } else {
        const CpuIdentity cpu = identify_cpu(root);
        const Fitting fitting = best_fit(presets, cpu, pmu_names(root));
        choice.preset = fitting.preset == nullptr ? *named(presets, last_resort) : *fitting.preset;
        choice.reason = why(fitting, cpu);
    }
    if (!choice.preset->built_in) choice.reason += ", from " + choice.preset->file;
    choose_llc_event(root, choice);
    return choice;
}

} // namespace bytebound
