#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/error.hpp"

namespace bytebound {

/// Where a run stands; told to a callback, never printed here.
struct Progress {
    std::string stage; ///< "simulate", "measure"
    std::uint64_t done = 0, total = 0;
    std::string detail; ///< "paired k 16, repeat 2 of 5"
};
/// Called on the thread that measures, outside of timed phases.
using ProgressCallback = std::function<void(const Progress&)>;

/// 0, or the signal that asked the run to stop (SIGINT, SIGTERM). Set by a signal handler, polled between steps.
using StopFlag = std::atomic<int>;

/// The error of a run that was asked to stop: interrupted or terminated.
Error stopped_by(int signal);

} // namespace bytebound
