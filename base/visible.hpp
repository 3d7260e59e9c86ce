#pragma once
// Text from elsewhere (files, arguments, names in sysfs) as text that only shows itself: no byte of it moves a cursor,
// changes a colour, reverses a line or begins a new one. Every output of text goes through here, for terminals in
// cli/console.cpp and for each format in its writer.

#include <string>
#include <string_view>

namespace bytebound {

/// One line: control characters, characters without width or with a direction, line separators, and bytes that are not
/// UTF-8 are written as \n, \t, \x1b, \u202e or \U000e0041.
std::string visible(std::string_view text);
/// The same for several lines: \n stays.
std::string visible_lines(std::string_view text);
/// JSON's own escapes for the same characters in a valid JSON text, whose meaning stays the same.
std::string visible_json(std::string_view json);

} // namespace bytebound
