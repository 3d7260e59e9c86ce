#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace bytebound {

/// Duration of a trial, in ns: long enough for any counter that can run to be scheduled, and shorter than the
/// multiplexing tick (4 ms at HZ=250), so that a group that does not fit cannot be rotated in.
constexpr std::uint64_t trial_ns = 1'000'000;

/// Works for `trial_ns` in user code, because most events count user code only.
inline void work_for_a_trial() {
    volatile unsigned sink = 0;
    const std::uint64_t end = now_ns() + trial_ns;
    while (now_ns() < end)
        for (unsigned i = 0; i < 1000; ++i)
            sink = sink + i;
}

} // namespace bytebound
