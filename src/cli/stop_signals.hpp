#pragma once

#include <signal.h>

#include <array>
#include <atomic>

namespace bytebound {

/// During its lifetime, SIGINT, SIGTERM, SIGHUP and SIGXCPU (the soft limit of CPU time, which is sent every second)
/// set a flag instead of killing the program; a second SIGINT or SIGTERM kills it at once. (A closed terminal sends
/// SIGHUP more than once.) A signal that is ignored (nohup, a background job) stays ignored. A closed pipe (SIGPIPE)
/// fails the write and does not kill the program: what was measured is written to files first. At most one instance
/// exists at a time.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// 0, or the number of the signal received.
    static const std::atomic<int>& flag();

private:
    static constexpr std::array<int, 5> signals = {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGPIPE};
    std::array<struct sigaction, signals.size()> old_;
};

} // namespace bytebound
