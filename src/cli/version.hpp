#pragma once

#include <string>

namespace bytebound {

/// "bytebound 0.1.0 (git ...)" and one line per optional part: built in or not.
std::string version_text();

} // namespace bytebound
