#pragma once

#include <atomic>

#include "base/error.hpp"

namespace bytebound {

/// 0, or the signal that requested a stop (SIGINT, SIGTERM, SIGHUP, SIGXCPU). Set by a signal handler, polled between
/// steps.
using StopFlag = std::atomic<int>;

/// The error of a stopped run: interrupted, or terminated (a hang-up too).
Error stopped_by(int signal);

} // namespace bytebound
