#include <fmt/format.h>

#include <algorithm>

#include "base/visible.hpp"
#include "render/answers/comparison_outputs.hpp"
#include "render/answers/comparison_words.hpp"

namespace bytebound {
namespace {

/// GitHub shows ten annotations of a kind per step.
constexpr std::size_t most_annotations = 10;

/// The escapes of GitHub's workflow commands. `property`: a value before the message.
std::string escaped(const std::string& text, bool property) {
    std::string out;
    for (const char c : visible(text)) {
        const bool special = c == '%' || (property && (c == ':' || c == ','));
        out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
    }
    return out;
}

std::string command(std::string_view kind, const std::string& title, const std::string& message) {
    return fmt::format("::{} title={}::{}\n", kind, escaped(title, true), escaped(message, false));
}

std::string commands_of(const RunComparison& comparison, GateOutcome outcome, std::string_view kind,
                        const std::string& title) {
    std::vector<const GateResult*> gates;
    for (const GateResult& gate : comparison.gates)
        if (gate.outcome == outcome) gates.push_back(&gate);
    // The last one counts the rest.
    const std::size_t shown = gates.size() > most_annotations ? most_annotations - 1 : gates.size();
    std::string text;
    for (std::size_t i = 0; i < shown; ++i)
        text += command(kind, title, gates[i]->gate.text + ": " + figures_text(comparison, *gates[i]));
    if (shown < gates.size())
        text += command(kind, title, fmt::format("and {} more; see the other outputs", gates.size() - shown));
    return text;
}

} // namespace

std::string without_commands(const std::string& text) {
    std::string out;
    std::size_t begin = 0; // of the line
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool first = text.find_first_not_of(" \t", begin) == at;
        const std::string_view rest = std::string_view(text).substr(at);
        if ((first && rest.starts_with("::")) || rest.starts_with("##[")) out += '\\';
        out += text[at];
        if (text[at] == '\n') begin = at + 1;
    }
    return out;
}

std::string comparison_annotations(const RunComparison& comparison) {
    std::string text = commands_of(comparison, GateOutcome::fail, "error", "gate failed");
    text += commands_of(comparison, GateOutcome::unresolved, comparison.unresolved_fails ? "error" : "warning",
                        "gate unresolved");
    for (const RunIdentity* run : {&comparison.base, &comparison.head})
        if (!run->files_caveat.empty())
            text += command("warning", "files changed", run->path + ": " + run->files_caveat);
    std::string summary = verdicts_text(worst_first(comparison));
    if (!comparison.gates.empty()) summary = "gates: " + outcomes_text(failed_first(comparison)) + "; rows: " + summary;
    return text + command("notice", "bytebound compare", summary);
}

} // namespace bytebound
