#pragma once
// Main of the guests' test programs: every test case is one TAP line on the serial console.

#include <cstdio>

#include "kernel_main.hpp"

namespace bytebound {

class TapLines : public Catch::TestEventListenerBase {
public:
    using Catch::TestEventListenerBase::TestEventListenerBase;
    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        const bool ok = stats.totals.assertions.allOk() && stats.totals.assertions.total() > 0;
        std::printf("%s - %s\n", ok ? "ok" : "not ok", stats.testInfo.name.c_str());
        std::fflush(stdout);
    }
};

/// A number from this boot, for people and for comparison of two boots.
inline void say(const char* name, std::uint64_t value) {
    std::printf("T %s=%llu\n", name, static_cast<unsigned long long>(value));
}

} // namespace bytebound
