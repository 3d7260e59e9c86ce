#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "counters/wrapping_collector.hpp"

namespace bytebound {

/// Reads callgrind's output file, one part after another (--combine-dumps=yes). Parts that no client request asked for
/// (the one at the end of the program) are left out. Error (internal) with file and line: not such a file, a part that
/// is cut off or lacks an event, a number that is none.
Result<EmulatedOutput> parse_part_file(std::string_view text, const std::string& file);

} // namespace bytebound
