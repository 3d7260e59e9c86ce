#pragma once

#include <signal.h>

#include <array>
#include <atomic>

namespace bytebound {

/// During its lifetime, SIGINT, SIGTERM and SIGHUP set a flag instead of killing the program; a second SIGINT or
/// SIGTERM kills it at once. (A closed terminal sends SIGHUP more than once.) A signal that is ignored (nohup, a
/// background job) stays ignored. A closed pipe (SIGPIPE) fails the write and does not kill the program: what was
/// measured is written to files first. At most one instance exists at a time.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// 0, or the number of the signal received.
    static const std::atomic<int>& flag();

private:
    static constexpr std::array<int, 4> signals = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    std::array<struct sigaction, signals.size()> old_;
};

} // namespace bytebound
