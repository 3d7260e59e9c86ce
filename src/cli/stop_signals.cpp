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
    action.sa_handler = remember;
    // SA_RESETHAND: a second signal gets the default action. No SA_RESTART: a blocking call returns at once.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

} // namespace

StopSignals::StopSignals() {
    stop_signal = 0;
    watch(SIGINT, old_interrupt_);
    watch(SIGTERM, old_terminate_);
}

StopSignals::~StopSignals() {
    ::sigaction(SIGINT, &old_interrupt_, nullptr);
    ::sigaction(SIGTERM, &old_terminate_, nullptr);
}

const std::atomic<int>& StopSignals::flag() { return stop_signal; }

} // namespace bytebound
