#pragma once
// What readers of a run must know of a loop by its name, which is all that a run says of it.

#include <optional>
#include <string_view>

#include "loops/update_loop.hpp"

namespace bytebound {

/// How many rows its steps store; nothing for a loop of the program that embedded this one.
std::optional<StoredRows> stored_rows(std::string_view loop);
/// Whether it chose its copy method by trial. Models take such a loop for one with ordinary stores.
bool chose_copies(std::string_view loop);

} // namespace bytebound
