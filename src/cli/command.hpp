#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/exit_code.hpp"
#include "cli/program.hpp"

namespace bytebound {

/// One row of the table of subcommands. `main` receives the words after the command's name.
struct Command {
    std::string_view name;
    std::string_view purpose; ///< one line of `bytebound --help`
    ExitCode (*main)(const std::vector<std::string>& words, const ProgramSeams& seams);
    bool hidden = false; ///< for the program's own child processes: not in help or suggestions
};

/// The table of subcommands. A new one needs a row here, a source next to this one, a section in docs/commands.md and a
/// program test.
std::span<const Command> commands();

ExitCode run_main(const std::vector<std::string>& words, const ProgramSeams& seams);
ExitCode suite_main(const std::vector<std::string>& words, const ProgramSeams& seams);
ExitCode calibrate_main(const std::vector<std::string>& words);
ExitCode autotune_main(const std::vector<std::string>& words);
ExitCode exec_main(const std::vector<std::string>& words);
ExitCode report_main(const std::vector<std::string>& words);
ExitCode verify_main(const std::vector<std::string>& words);
ExitCode compare_main(const std::vector<std::string>& words);
ExitCode import_main(const std::vector<std::string>& words);
ExitCode merge_main(const std::vector<std::string>& words);
ExitCode ratchet_main(const std::vector<std::string>& words);
ExitCode doctor_main(const std::vector<std::string>& words);
ExitCode history_main(const std::vector<std::string>& words);
ExitCode events_main(const std::vector<std::string>& words);
ExitCode presets_main(const std::vector<std::string>& words);
ExitCode topology_main(const std::vector<std::string>& words);
ExitCode watch_main(const std::vector<std::string>& words);
ExitCode help_main(const std::vector<std::string>& words, const ProgramSeams& seams);
ExitCode emulate_main(const std::vector<std::string>& words);
ExitCode plug_in_main(const std::vector<std::string>& words);

} // namespace bytebound
