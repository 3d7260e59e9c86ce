#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/parser.hpp"
#include "cli/program_help.hpp"

namespace bytebound {

ExitCode help_main(const std::vector<std::string>& words, const ProgramSeams& seams) {
    const Syntax syntax{"bytebound help",
                        "Prints what bytebound COMMAND --help prints; without COMMAND what bytebound --help prints.",
                        "bytebound help run",
                        {},
                        "COMMAND",
                        0,
                        1};
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    if (parsed->positionals.empty()) return print(program_help());
    const std::string& name = parsed->positionals.front();
    const Command* const command = find_command(name);
    if (command == nullptr) return complain(unknown_command(name));
    return command->main({"--help"}, seams);
}

} // namespace bytebound
