#pragma once
// Records of RFC 4180 in a text that is read line by line: a quoted cell may contain line ends.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "import/text_lines.hpp"

namespace bytebound {

/// The cells of the record that begins with `line`, which `lines` returned last; more lines are read while a quoted
/// cell is open. Error (bad_data): a cell is not closed within TextLines::longest_line bytes.
Result<std::vector<std::string>> quoted_record(std::string_view line, TextLines& lines);

} // namespace bytebound
