#pragma once

namespace bytebound::test {

/// tests/fixtures/ of the source tree, regardless of the working directory (set by tests/unit/counters/meson.build).
extern const char* const fixtures_path;

} // namespace bytebound::test
