#include <algorithm>

#include "preset/name_pattern.hpp"
#include "preset/preset.hpp"

namespace bytebound {
namespace {

bool ranges_meet(const std::vector<NumberRange>& a, const std::vector<NumberRange>& b) {
    if (a.empty() || b.empty()) return true; // absent: all
    for (const NumberRange& x : a)
        for (const NumberRange& y : b)
            if (x.first <= y.last && y.first <= x.last) return true;
    return false;
}

bool devices_meet(const CpuMatch& a, const CpuMatch& b) {
    for (const std::string& x : a.devices)
        for (const std::string& y : b.devices)
            if (patterns_overlap(x, "", y, "")) return true;
    return false;
}

bool same_cpu(const CpuMatch& a, const CpuMatch& b) {
    if (a.implementer || b.implementer)
        return a.implementer == b.implementer &&
               std::find_first_of(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end()) != a.parts.end();
    return a.vendor == b.vendor && a.power_cpu == b.power_cpu && a.family == b.family &&
           ranges_meet(a.models, b.models) && ranges_meet(a.steppings, b.steppings);
}

/// Whether two matches are equally specific: a feature test in only one of them would decide.
bool undecided(const CpuMatch& a, const CpuMatch& b) {
    if (a.names_cpu() != b.names_cpu() || a.devices.empty() != b.devices.empty()) return false;
    if (a.names_cpu() && !same_cpu(a, b)) return false;
    return a.devices.empty() || devices_meet(a, b);
}

void compare_matches(CheckedFile& file, const CheckedFile& other) {
    for (const CpuMatch& match : file.preset->matches) {
        const auto& theirs = other.preset->matches;
        const auto same =
            std::find_if(theirs.begin(), theirs.end(), [&](const CpuMatch& m) { return undecided(match, m); });
        if (same == theirs.end()) continue;
        file.problems.push_back({match.line, "match",
                                 "key \"match\": " + other.file + ":" + std::to_string(same->line) +
                                     " matches the same machines, and no feature test (key \"devices\") decides"});
    }
}

/// Warns about a source after an unconditional one of the same class and PMUs: it can never be chosen.
void check_sources(CheckedFile& file) {
    const std::vector<MemorySource>& sources = file.preset->dram;
    for (std::size_t later = 1; later < sources.size(); ++later) {
        for (std::size_t earlier = 0; earlier < later; ++earlier) {
            const MemorySource &a = sources[earlier], &b = sources[later];
            if (a.memory != b.memory || a.conditional() || a.pmu.empty() || b.pmu.empty() ||
                !patterns_overlap(a.pmu, a.exclude, b.pmu, b.exclude))
                continue;
            file.problems.push_back({b.line, "dram.pmu",
                                     "key \"pmu\": the source of line " + std::to_string(a.line) +
                                         " uses the same PMUs for class " + std::string(name_of(b.memory)) +
                                         ": this source would never be used, or would count them twice"});
        }
    }
}

void compare(CheckedFile& file, const CheckedFile& other) {
    if (file.preset->name == other.preset->name && !file.preset->name.empty())
        file.problems.push_back(
            {1, "name", "key \"name\": " + other.file + " has the name \"" + other.preset->name + "\" too"});
    compare_matches(file, other);
}

} // namespace

std::vector<CheckedFile> check_presets(const std::vector<std::string>& files) {
    std::vector<CheckedFile> checked;
    for (const std::string& file : files) {
        CheckedFile& entry = checked.emplace_back();
        entry.file = file;
        const auto text = preset_text(file);
        if (!text) {
            const int error = text.error().sys_errno;
            entry.problems.push_back({1, "", text.error().cause + (error == 0 ? "" : " (" + errno_name(error) + ")")});
            continue;
        }
        entry.preset = read_preset(*text, file, entry.problems);
        check_sources(entry);
    }
    // A conflict is reported for the later file, in the order of the command line.
    for (std::size_t later = 1; later < checked.size(); ++later)
        for (std::size_t earlier = 0; earlier < later; ++earlier)
            if (checked[later].preset && checked[earlier].preset) compare(checked[later], checked[earlier]);
    for (CheckedFile& file : checked)
        std::stable_sort(file.problems.begin(), file.problems.end(),
                         [](const PresetProblem& a, const PresetProblem& b) { return a.line < b.line; });
    return checked;
}

} // namespace bytebound
