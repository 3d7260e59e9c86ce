#include "render/answers/doctor_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "base/visible.hpp"

namespace bytebound {
namespace {

constexpr std::size_t screen_width = 80;
constexpr std::size_t screen_lines = 24;
// Remedies are often commands to copy. They start far enough to the left for Docker's to fit on one line.
constexpr const char* arrow = "          -> ";

/// Breaks at spaces; a word longer than the line is broken.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    while (text.size() > width) {
        std::size_t end = text.rfind(' ', width);
        if (end == std::string_view::npos || end == 0) end = width;
        lines.emplace_back(text.substr(0, end));
        text = trim(text.substr(end));
    }
    lines.emplace_back(text);
    return lines;
}

/// `first` precedes the first line, and blanks of the same width the others; at most `most` lines.
void add(std::vector<std::string>& out, const std::string& first, std::string_view text, std::size_t most) {
    auto lines = wrapped(visible(text), screen_width - first.size());
    if (lines.size() > most) {
        lines.resize(most);
        auto& last = lines.back();
        if (last.size() + 4 > screen_width - first.size()) last.resize(screen_width - first.size() - 4);
        last += " ...";
    }
    for (std::size_t i = 0; i < lines.size(); ++i)
        out.push_back((i == 0 ? first : std::string(first.size(), ' ')) + lines[i]);
}

std::string_view word_of(SourceState state) {
    switch (state) {
    case SourceState::available: return "yes";
    case SourceState::unavailable: return "no";
    case SourceState::not_probed: return "?";
    }
    return "";
}

std::string title(const MachineFacts& facts) {
    const CpuIdentity& cpu = facts.machine.cpu;
    std::string name = cpu.model_name;
    if (name.empty() && cpu.architecture == "aarch64")
        name = fmt::format("ARM {} part {:#x}", cpu.maker(), cpu.part.value_or(0));
    if (name.empty()) name = cpu.architecture.empty() ? "unknown CPU" : cpu.architecture;
    std::string text = (facts.live ? "this machine: " : "recorded machine: ") + name;
    if (!facts.machine.online.empty()) text += fmt::format(", {} CPUs", facts.machine.online.size());
    if (!facts.machine.kernel.text.empty()) text += ", Linux " + facts.machine.kernel.text;
    if (facts.machine.virtualisation.in_virtual_machine())
        text += facts.machine.virtualisation.hypervisor == "a hypervisor"
                    ? ", virtual machine"
                    : ", " + facts.machine.virtualisation.hypervisor;
    if (facts.container) text += ", container";
    return text;
}

/// Merges names that differ only after their last underscore: "uncore_imc_0-7", "arm_dmc620_* (8)".
std::string summary_of_names(const std::vector<std::string>& names) {
    std::map<std::string, std::vector<std::string>> families;
    for (const std::string& name : names) {
        const std::size_t cut = name.rfind('_');
        const bool numbered = cut != std::string::npos && cut + 1 < name.size() &&
                              name.find_first_not_of("0123456789abcdef", cut + 1) == std::string::npos &&
                              name.find_first_of("0123456789", cut + 1) != std::string::npos;
        families[numbered ? name.substr(0, cut) : name].push_back(numbered ? name.substr(cut + 1) : "");
    }
    std::vector<std::string> parts;
    for (const auto& [family, members] : families) {
        if (members.size() == 1) {
            parts.push_back(members[0].empty() ? family : family + "_" + members[0]);
            continue;
        }
        std::vector<int> indices;
        for (const std::string& member : members)
            if (const auto index = parse_unsigned(member); index && *index < 10000)
                indices.push_back(static_cast<int>(*index));
        std::sort(indices.begin(), indices.end());
        parts.push_back(indices.size() == members.size() ? family + "_" + format_cpu_list(indices)
                                                         : fmt::format("{}_* ({})", family, members.size()));
    }
    return join(parts, " ");
}

std::vector<std::string> names_of_kind(const MachineFacts& facts, bool recognised) {
    std::vector<std::string> names;
    for (const PmuFacts& pmu : facts.pmus)
        if ((pmu.kind != PmuKind::unrecognised) == recognised) names.push_back(pmu.name);
    return names;
}

} // namespace

std::string doctor_text(const MachineDiagnosis& diagnosis) {
    std::vector<std::string> lines;
    add(lines, "", title(diagnosis.facts), 2);
    for (const SourceDiagnosis& line : diagnosis.sources) {
        add(lines, fmt::format("{:<18}{:<5}", line.source, word_of(line.state)), line.cause, 3);
        if (!line.remedy.empty()) add(lines, arrow, line.remedy, 2);
    }
    std::vector<std::string> tail;
    const std::size_t room = screen_lines - std::min(screen_lines, lines.size());
    if (const auto names = names_of_kind(diagnosis.facts, false); !names.empty() && room > tail.size())
        add(tail, "unrecognised PMUs  ", summary_of_names(names) + " (usable by raw name)", 1);
    std::size_t shown = 0;
    for (const std::string& warning : diagnosis.warnings) {
        // The last line is reserved for the number of omitted items.
        const bool last = shown + 1 == diagnosis.warnings.size();
        if (tail.size() + 1 + (last ? 0 : 1) > room) break;
        add(tail, "warning: ", warning, std::min<std::size_t>(2, room - tail.size() - (last ? 0 : 1)));
        ++shown;
    }
    if (shown < diagnosis.warnings.size() && tail.size() < room)
        tail.push_back(fmt::format("and {} more warnings: bytebound doctor --json", diagnosis.warnings.size() - shown));
    if (const auto names = names_of_kind(diagnosis.facts, true); !names.empty() && tail.size() < room)
        add(lines, "PMUs: ", summary_of_names(names), std::min<std::size_t>(2, room - tail.size()));
    std::string text;
    for (const auto* part : {&lines, &tail})
        for (const std::string& line : *part)
            text += line + "\n";
    return text;
}

} // namespace bytebound
