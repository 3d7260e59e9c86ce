#pragma once

#include <time.h>

#include <cstdint>

namespace bytebound {

/// Nanoseconds of CLOCK_MONOTONIC_RAW: not slewed by NTP, read through the vDSO (23 ns where measured).
inline std::uint64_t now_ns() noexcept {
    timespec t;
    ::clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(t.tv_nsec);
}

using ClockFunction = std::uint64_t (*)();

} // namespace bytebound
