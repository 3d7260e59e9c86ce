#pragma once

#include <signal.h>

#include <atomic>

namespace bytebound {

/// During its lifetime, SIGINT and SIGTERM set a flag instead of killing the program; a second signal kills it at once.
/// An ignored signal (nohup, a background job) stays ignored. At most one instance exists at a time.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// 0, or the number of the signal received.
    static const std::atomic<int>& flag();

private:
    struct sigaction old_interrupt_, old_terminate_;
};

} // namespace bytebound
