#pragma once

#include <atomic>

namespace bytebound {

/// While it lives, SIGINT and SIGTERM set a flag instead of killing the program; a second one of them kills it at once.
/// At most one exists at a time.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// 0, or the number of the signal that came.
    static const std::atomic<int>& flag();
};

} // namespace bytebound
