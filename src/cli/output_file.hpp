#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace bytebound {

/// Whether a file can be written there, as far as that is known before. Error (usage): no name, a directory, a device,
/// or a file in the directory of a run or suite.
Result<void> check_output_file(std::string_view option, const std::string& name);
/// Whether both names are of one file, also through links.
bool same_output(const std::string& a, const std::string& b);
/// Whether a file of this name would be in the folder, or below it.
bool is_inside(const std::string& name, const std::string& folder);
/// Replaces the file as a whole; links are followed. Error: usage if it cannot be written, internal if there is no
/// space.
Result<void> write_output_file(const std::string& name, std::string_view text);

} // namespace bytebound
