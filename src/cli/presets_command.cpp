#include <algorithm>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/values.hpp"
#include "preset/preset.hpp"
#include "render/answers/presets_text.hpp"

namespace bytebound {
namespace {

struct Asked {
    bool json = false;
    SysRoot root;
    std::string preset = "auto";
    std::optional<std::uint64_t> bytes_per_cas;
};

ExitCode surplus(const std::string& action, const std::string& word) {
    return complain({ExitCode::usage, "parse", "argument '" + word + "'", "not expected here",
                     "write bytebound presets " + action});
}

ExitCode list(const Asked& asked, const std::vector<std::string>& words) {
    if (words.size() > 1) return surplus("list", words[1]);
    const auto presets = all_presets(user_presets_directory());
    if (!presets) return complain(presets.error());
    return print(asked.json ? presets_list_json(*presets) : presets_list_text(*presets));
}

ExitCode show(const Asked& asked, const std::vector<std::string>& words) {
    if (words.size() > 2) return surplus("show NAME", words[2]);
    if (words.size() < 2 || words[1] == "auto" || words[1] == "none")
        return complain({ExitCode::usage, "parse", "argument NAME", "it is missing",
                         "write bytebound presets show NAME, names as in bytebound presets list"});
    const auto choice = choose_preset(asked.root, words[1], user_presets_directory());
    if (!choice) return complain(choice.error());
    return print(asked.json ? preset_json(*choice->preset) : preset_text_of(*choice->preset));
}

ExitCode match(const Asked& asked, const std::vector<std::string>& words) {
    if (words.size() > 1) return surplus("match", words[1]);
    const auto choice = choose_preset(asked.root, asked.preset, user_presets_directory());
    if (!choice) return complain(choice.error());
    MemoryMatch memory;
    EstimateMatch estimate;
    if (choice->preset) {
        memory = match_memory(asked.root, *choice->preset, asked.bytes_per_cas);
        estimate = match_core_estimate(asked.root, *choice->preset);
    }
    return print(asked.json ? presets_match_json(*choice, memory) : presets_match_text(*choice, memory, estimate));
}

ExitCode check(const Asked& asked, const std::vector<std::string>& words) {
    if (words.size() < 2)
        return complain(
            {ExitCode::usage, "parse", "argument FILE", "it is missing", "write bytebound presets check FILE..."});
    const auto files = check_presets({words.begin() + 1, words.end()});
    ExitCode code = print(asked.json ? presets_check_json(files) : presets_check_text(files));
    for (const CheckedFile& file : files)
        for (const PresetProblem& problem : file.problems)
            code = complain(to_error(problem, file.file));
    return code;
}

} // namespace

ExitCode presets_main(const std::vector<std::string>& words) {
    Asked asked;
    const Syntax syntax{"bytebound presets",
                        "list: all presets, including your own.\n"
                        "show NAME: which events mean DRAM bytes and LLC misses, and known caveats.\n"
                        "match: the counters that a run would open here, and the warnings.\n"
                        "check FILE...: all mistakes in preset files; does not depend on the machine.",
                        "bytebound presets match --json",
                        {json_option(asked.json),
                         sysroot_option(asked.root),
                         {"--bw-preset", "PRESET", "auto|NAME|FILE|none, for match (auto)", "Source",
                          [&asked](const std::string& text) -> Result<void> {
                              asked.preset = text;
                              return {};
                          }},
                         bytes_per_cas_option(asked.bytes_per_cas, "Source")},
                        "list|show|match|check",
                        1,
                        4096};
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    const std::string& action = parsed->positionals.front();
    if (action == "list") return list(asked, parsed->positionals);
    if (action == "show") return show(asked, parsed->positionals);
    if (action == "match") return match(asked, parsed->positionals);
    if (action == "check") return check(asked, parsed->positionals);
    const std::vector<std::string> known{"list", "show", "match", "check"};
    const auto near = nearest(action, known);
    return complain({ExitCode::usage, "parse", "argument '" + action + "'", "unknown action",
                     (near ? "did you mean '" + *near + "'? " : "") + "known: " + join(known, ", ")});
}

} // namespace bytebound
