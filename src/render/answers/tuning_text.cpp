#include "render/answers/tuning_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "base/visible.hpp"

namespace bytebound {
namespace {

constexpr std::size_t tuning_width = 80;
/// Commands of one item; --json lists all.
constexpr std::size_t shown_commands = 4;
constexpr const char* detail = "   ";

std::string_view word_of(TuningVerdict verdict) {
    switch (verdict) {
    case TuningVerdict::quiet: return "quiet";
    case TuningVerdict::noisy: return "noisy";
    case TuningVerdict::unknown: return "?";
    case TuningVerdict::not_judged: return "-";
    }
    return "";
}

void add_wrapped(std::string& out, const std::string& first, std::string_view text) {
    const std::string hanging(first.size(), ' ');
    for (const std::string& line : wrap_words(first + visible(text), tuning_width, hanging))
        out += line + "\n";
}

/// A long command continues on a second line, so that both can be copied.
void add_command(std::string& out, const std::string& command) {
    const std::string line = detail + visible(command);
    const auto file = line.find(" > /");
    if (line.size() <= tuning_width || file == line.npos)
        out += line + "\n";
    else
        out += line.substr(0, file) + " > \\\n" + detail + line.substr(file + 3) + "\n";
}

void add_commands(std::string& out, std::string_view title, const std::vector<std::string>& commands) {
    if (commands.empty()) return;
    out += fmt::format("  {}:\n", title);
    const std::size_t shown = commands.size() > shown_commands ? shown_commands - 1 : commands.size();
    for (std::size_t i = 0; i < shown; ++i)
        add_command(out, commands[i]);
    if (shown < commands.size())
        out += fmt::format("{}and {} more: bytebound doctor --tuning --json\n", detail, commands.size() - shown);
}

void add_remedy(std::string& out, const TuningState& state) {
    add_wrapped(out, "  effect: ", state.item->effect);
    if (!state.cannot.empty()) add_wrapped(out, "  not to be set here: ", state.cannot);
    const bool by_script = state.change == TuningChange::files;
    add_commands(out, by_script ? "set" : "set, not by tune-system", state.set);
    add_commands(out, "restore", state.restore);
}

std::size_t count_of(const TuningAnswer& answer, TuningVerdict verdict) {
    return static_cast<std::size_t>(std::count_if(answer.states.begin(), answer.states.end(),
                                                  [&](const TuningState& each) { return each.verdict == verdict; }));
}

} // namespace

std::string tuning_text(const TuningAnswer& answer) {
    std::string out;
    std::string title = answer.live ? "this machine" : "recorded machine";
    if (!answer.hypervisor.empty()) title += ", virtual machine";
    add_wrapped(out, "",
                fmt::format("{}, CPU {}: {} of {} noisy, {} unknown", title, format_cpu_list(answer.cpus),
                            count_of(answer, TuningVerdict::noisy), answer.states.size(),
                            count_of(answer, TuningVerdict::unknown)));
    std::size_t files = 0;
    for (const TuningState& state : answer.states) {
        add_wrapped(out, fmt::format("{:<19}{:<7}", state.item->name, word_of(state.verdict)),
                    state.value.empty() ? state.reason : state.value);
        if (state.verdict == TuningVerdict::noisy) add_remedy(out, state);
        files += static_cast<std::size_t>(std::count_if(state.files.begin(), state.files.end(),
                                                        [](const auto& file) { return file.found != file.quiet; }));
    }
    if (files > 0)
        add_wrapped(
            out, "",
            fmt::format("tune-system apply -- COMMAND writes {} {} for the duration of COMMAND (docs/tuning.md)", files,
                        files == 1 ? "file" : "files"));
    return out;
}

} // namespace bytebound
