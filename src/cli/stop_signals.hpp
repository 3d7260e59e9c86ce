#pragma once

#include <signal.h>

#include <atomic>

namespace bytebound {

/// While it lives, SIGINT and SIGTERM set a flag instead of killing the program; a second one of them kills it at once.
/// A signal that is ignored (nohup, a background job) stays ignored. At most one exists at a time.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// 0, or the number of the signal that came.
    static const std::atomic<int>& flag();

private:
    struct sigaction old_interrupt_, old_terminate_;
};

} // namespace bytebound
