#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "counters/wrapping_collector.hpp"

namespace bytebound {

/// Parses callgrind's output file, one part after another (--combine-dumps=yes). Parts that no client request created
/// (such as the one at the end of the program) are omitted. Error (internal) with file and line: not a callgrind file,
/// a truncated part, a part without a required event, or a malformed number.
Result<EmulatedOutput> parse_part_file(std::string_view text, const std::string& file);

/// The same of a process that ran under callgrind from its start to its end: its only part, without a label.
Result<EmulatedOutput> parse_program_file(std::string_view text, const std::string& file);

} // namespace bytebound
