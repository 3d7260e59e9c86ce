#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <regex>

#include "base/text.hpp"
#include "preset/embedded.hpp"
#include "preset/preset.hpp"

namespace bytebound {
namespace {

constexpr std::string_view devices = "sys/bus/event_source/devices";
constexpr std::string_view last_resort = "generic";

std::optional<std::uint32_t> number_of(std::string_view value) {
    const auto number = parse_unsigned(value);
    if (!number || *number > 0xffffffffu) return {};
    return static_cast<std::uint32_t>(*number);
}

bool in(const std::vector<NumberRange>& ranges, const std::optional<std::uint32_t>& value) {
    if (ranges.empty()) return true;
    return value && std::any_of(ranges.begin(), ranges.end(), [&](const NumberRange& r) { return r.contains(*value); });
}

bool matches_one(const CpuMatch& match, const CpuIdentity& cpu) {
    if (match.implementer)
        return cpu.implementer == match.implementer && cpu.part &&
               std::find(match.parts.begin(), match.parts.end(), *cpu.part) != match.parts.end();
    return cpu.vendor == match.vendor && cpu.family == match.family && in(match.models, cpu.model) &&
           in(match.steppings, cpu.stepping);
}

/// The preset's LLC-miss event in the user's grammar, where the machine has its PMU.
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
    const std::regex pattern(preset.llc_misses->pmu, std::regex::extended);
    for (const std::string& pmu : root.list(devices)) {
        if (!std::regex_match(pmu, pattern)) continue;
        choice.llc_event = pmu + "/" + preset.llc_misses->terms + "/";
        return;
    }
    choice.llc_reason = fmt::format("this machine has no core PMU {} under /{}", preset.llc_misses->pmu, devices);
}

Result<Preset> preset_file(const std::string& file) {
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in || text.empty())
        return fail({ExitCode::bad_data, "read preset", file, "the file is missing, unreadable or empty",
                     "give a preset file, or a name from presets/", errno});
    return parse_preset(text, file);
}

} // namespace

const std::vector<Preset>& built_in_presets() {
    static const std::vector<Preset> presets = [] {
        std::vector<Preset> parsed;
        for (const EmbeddedPreset& embedded : embedded_presets()) {
            auto preset = parse_preset(embedded.toml, std::string(embedded.file));
            assert(preset.has_value()); // the unit tests parse every file
            if (preset) parsed.push_back(std::move(*preset));
        }
        return parsed;
    }();
    return presets;
}

CpuIdentity identify_cpu(const SysRoot& root) {
    CpuIdentity cpu;
    const auto info = root.read("proc/cpuinfo");
    if (!info) return cpu;
    for (const std::string& line : split(*info, '\n')) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) {
            if (!cpu.vendor.empty() || cpu.implementer) break; // the second processor begins
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
    }
    return cpu;
}

std::string describe(const CpuIdentity& cpu) {
    if (cpu.implementer) return fmt::format("implementer {:#x} part {:#x}", *cpu.implementer, cpu.part.value_or(0));
    if (cpu.vendor.empty()) return "a CPU that /proc/cpuinfo does not name";
    std::string text = cpu.vendor;
    if (cpu.family) text += fmt::format(" family {:#x}", *cpu.family);
    if (cpu.model) text += fmt::format(" model {:#x}", *cpu.model);
    if (cpu.stepping) text += fmt::format(" stepping {:#x}", *cpu.stepping);
    return text;
}

bool matches(const Preset& preset, const CpuIdentity& cpu) {
    return std::any_of(preset.matches.begin(), preset.matches.end(),
                       [&](const CpuMatch& match) { return matches_one(match, cpu); });
}

Result<PresetChoice> choose_preset(const SysRoot& root, const std::string& request) {
    PresetChoice choice;
    if (request == "none") {
        choice.reason = choice.llc_reason = "--bw-preset none";
        return choice;
    }
    const std::vector<Preset>& known = built_in_presets();
    const auto named = [&](std::string_view name) {
        return std::find_if(known.begin(), known.end(), [&](const Preset& p) { return p.name == name; });
    };
    if (request.find('/') != std::string::npos || request.ends_with(".toml")) {
        auto preset = preset_file(request);
        if (!preset) return fail(preset.error());
        choice.preset = std::move(*preset);
        choice.reason = "--bw-preset " + request;
    } else if (request != "auto") {
        const auto preset = named(request);
        if (preset == known.end()) {
            std::vector<std::string> names = {"auto", "none"};
            for (const Preset& p : known)
                names.push_back(p.name);
            const auto near = nearest(request, names);
            return fail({ExitCode::usage, "choose preset", request, "there is no preset of this name",
                         near ? "did you mean " + *near + "?" : "give one of: " + join(names, ", ")});
        }
        choice.preset = *preset;
        choice.reason = "--bw-preset " + request;
    } else {
        const CpuIdentity cpu = identify_cpu(root);
        auto preset = std::find_if(known.begin(), known.end(), [&](const Preset& p) { return matches(p, cpu); });
        choice.reason = describe(cpu);
        if (preset == known.end()) {
            preset = named(last_resort);
            choice.reason = "no preset matches " + choice.reason;
        }
        choice.preset = *preset;
    }
    choose_llc_event(root, choice);
    return choice;
}

} // namespace bytebound
