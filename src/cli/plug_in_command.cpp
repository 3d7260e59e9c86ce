#include "cli/command.hpp"
#include "cli/console.hpp"
#include "experiment/plug_in/plug_in_child.hpp"

namespace bytebound {

/// `run --loop` starts this command for every phase of a plug-in.
ExitCode plug_in_main(const std::vector<std::string>& words) {
    if (!words.empty())
        return complain({ExitCode::usage, "parse", "command plug-in " + words.front(),
                         "the command is internal: it runs one loop of bytebound run --loop, and has no options",
                         "see bytebound run --help, --loop"});
    const auto done = run_plug_in_process();
    return done ? ExitCode::done : complain(done.error());
}

} // namespace bytebound
