#include "cli/stop_signals.hpp"

#include <signal.h>

namespace bytebound {
namespace {

std::atomic<int> stop_signal{0};
static_assert(std::atomic<int>::is_always_lock_free); // or a handler could not touch it

void remember(int number) { stop_signal.store(number, std::memory_order_relaxed); }

void on_signals(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    // SA_RESETHAND: the second signal meets the default action. No SA_RESTART: a blocking call gives up at once.
    action.sa_flags = handler == SIG_DFL ? 0 : static_cast<int>(SA_RESETHAND);
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

} // namespace

StopSignals::StopSignals() {
    stop_signal = 0;
    on_signals(remember);
}

StopSignals::~StopSignals() { on_signals(SIG_DFL); }

const std::atomic<int>& StopSignals::flag() { return stop_signal; }

} // namespace bytebound
