#pragma once

namespace bytebound {

/// Whether this process runs under valgrind; false in a build that does not know its client requests.
bool under_valgrind();
/// Whether this build knows valgrind's client requests.
bool knows_valgrind();

} // namespace bytebound
