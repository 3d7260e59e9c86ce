#include "cli/program_help.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace bytebound {

std::string program_help() {
    std::string text = "bytebound measures update loops of packed row blocks: time, CPI, LLC misses and DRAM bytes of\n"
                       "every step, compared with the bound max(A,R)*S, and the source of every number.\n\n"
                       "Usage: bytebound COMMAND [OPTIONS]\n\nCommands:\n";
    for (const Command& command : commands()) {
        if (command.hidden) continue;
        std::string name(command.name);
        name.resize(10, ' ');
        text += "  " + name + " " + std::string(command.purpose) + "\n";
    }
    text += "\n  -h, --help     this help; for a command: bytebound COMMAND --help\n"
            "  -V, --version  version and the optional parts built in\n\n"
            "Example:\n  bytebound run --ks 16,256 --out first-run\n";
    return text;
}

const Command* find_command(const std::string& name) {
    const auto table = commands();
    const auto found = std::find_if(table.begin(), table.end(), [&](const Command& c) { return c.name == name; });
    return found == table.end() ? nullptr : &*found;
}

Error unknown_command(const std::string& word) {
    std::vector<std::string> known;
    for (const Command& command : commands())
        if (!command.hidden) known.emplace_back(command.name);
    const auto near = nearest(word, known);
    const bool option = word.starts_with("-");
    return {ExitCode::usage, "parse", (option ? "option " : "command ") + word,
            option ? "unknown option" : "unknown command",
            (near ? "did you mean " + *near + "? " : "") + "see bytebound --help"};
}

} // namespace bytebound
