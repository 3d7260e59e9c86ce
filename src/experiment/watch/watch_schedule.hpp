#pragma once
// When readings are due, on an absolute clock: a late one does not delay the next.

#include <cstdint>
#include <string>

namespace bytebound {

class WatchSchedule {
public:
    WatchSchedule(std::uint64_t start_ns, std::uint64_t interval_ns) : start_ns_(start_ns), interval_ns_(interval_ns) {}
    /// The first of start + n * interval (n from 1) that is later than `now_ns`. Those that passed are left out.
    std::uint64_t next_after(std::uint64_t now_ns) const;
    /// Whether an interval of this length took more than 5 % longer than requested.
    bool is_late(std::uint64_t length_ns) const { return length_ns > interval_ns_ + interval_ns_ / 20; }

private:
    std::uint64_t start_ns_, interval_ns_;
};

/// CLOCK_MONOTONIC: of ppoll(2), and of the schedule.
std::uint64_t monotonic_ns();
/// "2026-01-31T12:00:00.123Z", now
std::string utc_now_ms();

} // namespace bytebound
