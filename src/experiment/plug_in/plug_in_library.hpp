#pragma once
// The user's library, in the process of the plug-in.

#include <string>
#include <string_view>

#include "base/error.hpp"

struct bytebound_loop; // bytebound/loop.h

namespace bytebound {

/// Loads the library and checks what its entry point returns. Runs the library's initialisers. Error: bad_data for a
/// file that is missing, is no library, or does not have the symbol or a usable answer; not_possible for another
/// architecture or another version of the interface.
Result<const bytebound_loop*> load_plug_in(const std::string& library);

/// Why a file cannot be loaded here, from its first bytes; empty if they are those of a library for this machine.
/// Error (bad_data) as for load_plug_in().
Result<void> check_library(const std::string& library);

/// Whether it can be the name of a loop in files and gates: 1 to 32 letters, digits, '_', '-' and '.'.
bool is_loop_name(std::string_view name);

} // namespace bytebound
