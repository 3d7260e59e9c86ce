#include "cli/stop_signals.hpp"

namespace bytebound {
namespace {

std::atomic<int> stop_signal{0};
static_assert(std::atomic<int>::is_always_lock_free); // required for use in a signal handler

void remember(int number) { stop_signal.store(number, std::memory_order_relaxed); }

void watch(int number, struct sigaction& old) {
    ::sigaction(number, nullptr, &old);
    if (old.sa_handler == SIG_IGN) return;
    struct sigaction action {};
    action.sa_handler = number == SIGPIPE ? SIG_IGN : remember;
    // SA_RESETHAND: a second signal gets the default action. No SA_RESTART: a blocking call returns at once.
    action.sa_flags = number == SIGINT || number == SIGTERM ? static_cast<int>(SA_RESETHAND) : 0;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

} // namespace

StopSignals::StopSignals() {
    stop_signal = 0;
    for (std::size_t i = 0; i < signals.size(); ++i)
        watch(signals[i], old_[i]);
}

StopSignals::~StopSignals() {
    for (std::size_t i = 0; i < signals.size(); ++i)
        ::sigaction(signals[i], &old_[i], nullptr);
}

const std::atomic<int>& StopSignals::flag() { return stop_signal; }

} // namespace bytebound
