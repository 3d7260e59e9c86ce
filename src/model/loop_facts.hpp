#pragma once
// Facts about a loop for readers of a run, which records only the loop's name.

#include <optional>
#include <string_view>

#include "loops/update_loop.hpp"

namespace bytebound {

/// The number of rows its steps store; nullopt for a loop of an embedding program.
std::optional<StoredRows> stored_rows(std::string_view loop);
/// Whether two loops of a run are the same, listed twice ("index" and "index#2").
bool same_loop(std::string_view a, std::string_view b);
/// Whether it chose its copy method by trial.
bool chose_copies(std::string_view loop);

} // namespace bytebound
