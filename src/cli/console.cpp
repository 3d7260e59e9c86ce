#include "cli/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>

#include "base/text.hpp"

namespace bytebound {
namespace {

constexpr std::size_t usual_columns = 80;

std::optional<std::size_t> columns_behind(int descriptor) {
    const char* set = std::getenv("COLUMNS");
    if (const auto columns = parse_unsigned(set == nullptr ? "" : set); columns && *columns > 0) return *columns;
    if (::isatty(descriptor) != 1) return std::nullopt;
    winsize size{};
    const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : usual_columns;
}

} // namespace

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
    static std::set<std::string, std::less<>> said;
    if (!said.emplace(text).second) return;
    const std::string line = "bytebound: warning: " + std::string(text) + "\n";
    std::fputs(line.c_str(), stderr);
}

std::optional<std::size_t> stdout_columns() { return columns_behind(STDOUT_FILENO); }
std::optional<std::size_t> stderr_columns() { return columns_behind(STDERR_FILENO); }

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

bool stdout_takes_colour() {
    const char* no_color = std::getenv("NO_COLOR");
    return (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) == 1;
}

} // namespace bytebound
