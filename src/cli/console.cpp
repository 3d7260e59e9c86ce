#include "cli/console.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace bytebound {

ExitCode print(std::string_view text) {
    errno = 0;
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (written) return ExitCode::done;
    return complain({ExitCode::internal, "write", "stdout", "the output could not be written completely",
                     "check the disk or the program that reads it", errno});
}

ExitCode complain(const Error& error) {
    const std::string line = "bytebound: error: " + to_line(error) + "\n";
    std::fputs(line.c_str(), stderr);
    return error.code;
}

void warn(std::string_view text) {
    const std::string line = "bytebound: warning: " + std::string(text) + "\n";
    std::fputs(line.c_str(), stderr);
}

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

bool stdout_takes_colour() {
    const char* no_color = std::getenv("NO_COLOR");
    return (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) == 1;
}

} // namespace bytebound
