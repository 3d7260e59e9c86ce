#pragma once

#include <string_view>

#include "base/error.hpp"

namespace bytebound {

/// Results go to stdout; a failed or short write is an error of its own (a full disk behind a redirection).
ExitCode print(std::string_view text);
/// "bytebound: error: LINE" on stderr; returns the error's exit code.
ExitCode complain(const Error& error);
/// "bytebound: warning: LINE" on stderr.
void warn(std::string_view text);
/// Whether stderr is a terminal, where a progress bar may be drawn.
bool stderr_is_terminal();
/// Whether colour may be used on stdout: a terminal, and NO_COLOR unset or empty.
bool stdout_takes_colour();

} // namespace bytebound
