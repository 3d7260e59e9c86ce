#include "base/input_file.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "counters/registry.hpp"
#include "experiment/replay/emulated_process.hpp"

namespace bytebound {

/// `run --collector callgrind` starts this command under valgrind, once for each loop and k.
ExitCode emulate_main(const std::vector<std::string>& words) {
    if (words.size() != 1)
        return complain({ExitCode::usage, "parse", "command emulate", "it takes one file",
                         "bytebound run --collector callgrind uses it automatically"});
    if (words[0].starts_with('-'))
        return complain({ExitCode::usage, "parse", "command emulate " + words[0],
                         "the command is internal: it runs one loop under valgrind and has no options",
                         "see bytebound run --help, --collector callgrind"});
    const auto text = read_input(words[0], input::emulator_file,
                                 {ExitCode::bad_data, "read", words[0], "the file is missing or unreadable",
                                  "bytebound run --collector callgrind writes such files itself"});
    if (!text) return complain(text.error());
    const auto spec = parse_emulation_spec(*text, words[0]);
    if (!spec) return complain(spec.error());
    const auto done = run_emulated(*spec, collectors());
    return done ? ExitCode::done : complain(done.error());
}

} // namespace bytebound
