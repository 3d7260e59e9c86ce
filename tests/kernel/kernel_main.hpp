#pragma once
// Main of the kernel tests. Catch2 2.13 cannot skip tests, so each executable first checks its requirements and, if one
// is missing, prints the reason and exits with 77, meson's code for "skipped".

#include <catch2/catch.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/names/resolver.hpp"
#include "counters/perf_event/group.hpp"
#include "run_catch.hpp"

namespace bytebound {

inline KernelSys kernel_sys;

/// Resolves the name on the running machine; aborts the test if it has no event here.
inline Event resolved(const std::string& name) {
    const auto resolution = EventResolver(SysRoot(), 0).resolve(name);
    REQUIRE(resolution);
    INFO(resolution->unavailable);
    REQUIRE(resolution->event);
    return *resolution->event;
}

inline Group opened(const std::vector<std::string>& names) {
    std::vector<Event> events;
    for (const std::string& name : names)
        events.push_back(resolved(name));
    auto group = Group::open(kernel_sys, events);
    INFO((group ? "" : to_line(group.error())));
    REQUIRE(group);
    return std::move(*group);
}

inline std::vector<CounterValue> values_of(Group& group) {
    std::vector<CounterValue> values(group.size());
    const bool read = group.read(values);
    REQUIRE(read);
    return values;
}

/// Why `names` cannot be counted here; empty if they can.
inline std::string cannot_count(const std::vector<std::string>& names) {
    std::vector<Event> events;
    for (const std::string& name : names) {
        const auto resolution = EventResolver(SysRoot(), 0).resolve(name);
        if (!resolution) return to_line(resolution.error());
        if (!resolution->event) return name + ": " + resolution->unavailable;
        events.push_back(*resolution->event);
    }
    const auto group = Group::open(kernel_sys, events);
    return group ? std::string() : to_line(group.error());
}

/// Runs the tests; if `reason` is not empty, prints it and returns "skipped" instead.
inline int run_unless(const std::string& reason, int argc, char** argv) {
    if (reason.empty()) return run_catch(argc, argv);
    std::printf("skipped: %s\n", reason.c_str());
    return 77;
}

} // namespace bytebound
