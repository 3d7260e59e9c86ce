#pragma once

namespace bytebound {

/// Whether this process runs under valgrind; false in a build without valgrind's client requests.
bool under_valgrind();
/// Whether this build has valgrind's client requests.
bool knows_valgrind();

} // namespace bytebound
