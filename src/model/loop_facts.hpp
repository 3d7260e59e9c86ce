#pragma once
// Facts about a loop for readers of a run, which records only the loop's name.

#include <optional>
#include <string_view>

#include "loops/update_loop.hpp"

namespace bytebound {

/// The number of rows its steps store; nullopt for a loop of an embedding program.
std::optional<StoredRows> stored_rows(std::string_view loop);
/// Whether it chose its copy method by trial. Models assume ordinary stores for such a loop.
bool chose_copies(std::string_view loop);

} // namespace bytebound
