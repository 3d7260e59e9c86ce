#include "experiment/watch/watch_schedule.hpp"

#include <time.h>

#include <array>

#include <fmt/format.h>

namespace bytebound {

std::uint64_t WatchSchedule::next_after(std::uint64_t now_ns) const {
    if (now_ns < start_ns_) return start_ns_ + interval_ns_;
    return start_ns_ + ((now_ns - start_ns_) / interval_ns_ + 1) * interval_ns_;
}

std::uint64_t monotonic_ns() {
    timespec t;
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(t.tv_nsec);
}

std::string utc_now_ms() {
    timespec now;
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    ::gmtime_r(&now.tv_sec, &parts);
    std::array<char, 32> text{};
    ::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return fmt::format("{}.{:03}Z", text.data(), now.tv_nsec / 1'000'000);
}

} // namespace bytebound
