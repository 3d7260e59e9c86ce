#include "cli/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <set>
#include <string>

#include "base/text.hpp"
#include "base/visible.hpp"

namespace bytebound {
namespace {

constexpr std::size_t usual_columns = 80, usual_rows = 24;

std::optional<std::size_t> columns_behind(int descriptor) {
    const char* set = std::getenv("COLUMNS");
    if (const auto columns = parse_unsigned(set == nullptr ? "" : set); columns && *columns > 0) return *columns;
    if (::isatty(descriptor) != 1) return std::nullopt;
    winsize size{};
    const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : usual_columns;
}

/// Visible lines. The program's own sequences for bold, dim and the end of both (plain_table.cpp) stay where colour may
/// be used.
std::string shown_on(bool colour, std::string_view text) {
    constexpr std::string_view sequences[] = {"\x1b[0m", "\x1b[1m", "\x1b[2m"};
    std::string shown;
    for (std::size_t at = 0; colour && (at = text.find('\x1b', at)) != std::string_view::npos;) {
        const std::string_view here = text.substr(at);
        const auto known = std::find_if(std::begin(sequences), std::end(sequences),
                                        [&](std::string_view each) { return here.starts_with(each); });
        if (known == std::end(sequences)) {
            ++at;
            continue;
        }
        shown += visible_lines(text.substr(0, at)) += *known;
        text.remove_prefix(at + known->size());
        at = 0;
    }
    return shown + visible_lines(text);
}

std::optional<Error> written(const std::string& text) {
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return {};
    return Error{ExitCode::internal,
                 "write",
                 "stdout",
                 "the output could not be written completely",
                 "check the disk or the program that reads it",
                 errno};
}

} // namespace

std::optional<Error> try_print(std::string_view text) { return written(shown_on(stdout_takes_colour(), text)); }

ExitCode print(std::string_view text) {
    const auto refused = try_print(text);
    return refused ? complain(*refused) : ExitCode::done;
}

Result<std::size_t> redraw(std::string_view text, std::size_t lines) {
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1;
    const std::size_t limit = known ? size.ws_row - 1u : usual_rows - 1u; // the cursor is on the line below
    std::size_t end = 0, shown = 0;
    for (; shown < limit && end < text.size(); ++shown)
        end = std::min(text.find('\n', end), text.size() - 1) + 1;
    const std::string up = lines == 0 ? "\r" : "\r\x1b[" + std::to_string(std::min(lines, limit)) + "A";
    if (auto refused = written(up + "\x1b[J" + visible_lines(text.substr(0, end)))) return fail(std::move(*refused));
    return shown;
}

bool stdout_moves_cursor() {
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr && *terminal != '\0' &&
           std::string_view(terminal) != "dumb";
}

ExitCode complain(const Error& error) {
    const std::string line = "bytebound: error: " + to_line(error) + "\n";
    std::fputs(line.c_str(), stderr);
    return error.code;
}

void warn(std::string_view text) {
    static std::set<std::string, std::less<>> said;
    if (!said.emplace(text).second) return;
    const std::string line = "bytebound: warning: " + visible(text) + "\n";
    std::fputs(line.c_str(), stderr);
}

void note(std::string_view text) {
    const std::string line = "bytebound: " + std::string(text) + "\n";
    std::fputs(line.c_str(), stderr);
}

std::optional<bool> confirm(std::string_view question) {
    if (::isatty(STDIN_FILENO) != 1 || !stderr_is_terminal()) return std::nullopt;
    const std::string line = "bytebound: " + std::string(question) + " [y/N] ";
    std::fputs(line.c_str(), stderr);
    std::array<char, 16> answer{};
    if (::read(STDIN_FILENO, answer.data(), answer.size()) <= 0) return false;
    return answer[0] == 'y' || answer[0] == 'Y';
}

std::optional<std::size_t> stdout_columns() { return columns_behind(STDOUT_FILENO); }
std::optional<std::size_t> stderr_columns() { return columns_behind(STDERR_FILENO); }

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

bool stdout_takes_colour() {
    const char* no_color = std::getenv("NO_COLOR");
    return (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) == 1;
}

} // namespace bytebound
