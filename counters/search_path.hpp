#pragma once

#include <optional>
#include <string>

namespace bytebound {

/// The first executable `program` in the folders of `search_path` (in the format of PATH; null: none).
std::optional<std::string> find_program(const char* search_path, const std::string& program);

} // namespace bytebound
