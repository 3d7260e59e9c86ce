#pragma once

#include <atomic>

#include "base/error.hpp"

namespace bytebound {

/// 0, or the signal that asked for an end (SIGINT, SIGTERM). Set by a signal handler, polled between steps.
using StopFlag = std::atomic<int>;

/// The error of a run that was asked to stop: interrupted or terminated.
Error stopped_by(int signal);

} // namespace bytebound
