#pragma once

#include <string>

#include "base/error.hpp"
#include "cli/command.hpp"

namespace bytebound {

/// Output of `bytebound --help`: the commands of the table that are not hidden.
std::string program_help();

/// The row of a command, even a hidden one; null if there is none.
const Command* find_command(const std::string& name);

/// "parse command rum: unknown command; did you mean run? see bytebound --help". A word that starts with a hyphen is
/// called an option.
Error unknown_command(const std::string& word);

} // namespace bytebound
