#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace bytebound {

/// Prints results to stdout, as visible_lines(). A failed or short write is an error (a full disk behind a
/// redirection).
ExitCode print(std::string_view text);
/// The same without a message on stderr: the error, if any.
std::optional<Error> try_print(std::string_view text);
/// Replaces the last `lines` lines of the terminal behind stdout by a text, of which its first screen is shown. Returns
/// the number of lines written.
Result<std::size_t> redraw(std::string_view text, std::size_t lines);
/// Whether stdout is a terminal whose cursor can be moved (TERM is not dumb).
bool stdout_moves_cursor();
/// "bytebound: error: LINE" on stderr; returns the error's exit code.
ExitCode complain(const Error& error);
/// "bytebound: warning: LINE" on stderr, as visible(), once for each text.
void warn(std::string_view text);
/// "bytebound: LINE" on stderr: news that is neither an error nor a warning.
void note(std::string_view text);
/// Asks a question on the terminal; nullopt if stdin or stderr is not one.
std::optional<bool> confirm(std::string_view question);
/// Columns of the terminal behind stdout: COLUMNS if it is a positive number, else what the terminal says, else 80;
/// nullopt if stdout is not a terminal and COLUMNS is not set.
std::optional<std::size_t> stdout_columns();
/// The same of stderr.
std::optional<std::size_t> stderr_columns();
/// Whether stderr is a terminal, so that a progress bar may be drawn.
bool stderr_is_terminal();
/// Whether stdout may be coloured: it is a terminal, and NO_COLOR is unset or empty.
bool stdout_takes_colour();

} // namespace bytebound
