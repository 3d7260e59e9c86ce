#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace bytebound {

/// How far a run is. Passed to a callback, never printed here.
struct Progress {
    std::string stage; ///< "simulate", "measure"
    std::uint64_t done = 0, total = 0;
    std::string detail; ///< "paired k 16, repeat 2 of 5"
};
/// Called on the measuring thread, outside of timed phases.
using ProgressCallback = std::function<void(const Progress&)>;

} // namespace bytebound
