#pragma once

#include <cstdint>
#include <string_view>

namespace bytebound {

/// The kernel's three words for one event at one moment: raw count and the two times of PERF_FORMAT_TOTAL_TIME_*, in
/// ns. Never reset; only differences have a meaning.
struct CounterValue {
    std::uint64_t count = 0;
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;
    bool operator==(const CounterValue&) const = default;
};

/// State of an event over an interval, from best to worst: a sum over workers gets the worst state of its parts.
enum class ReadingState {
    counted,     ///< running == enabled
    scaled,      ///< 0 < running < enabled
    never_ran,   ///< running == 0: it had no counter, or was not enabled (frozen)
    unsupported, ///< not opened
    read_failed, ///< the kernel returned no answer or an impossible one
};

std::string_view name_of(ReadingState state);

/// Difference of two CounterValues. Values remain integers until stats/; only `scaled_count` extrapolates.
struct Reading {
    std::uint64_t count = 0;
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;
    ReadingState state = ReadingState::unsupported;
    bool operator==(const Reading&) const = default;
};

/// after - before, modulo 2^64 for the count. If the count decreased (a difference of more than half the range),
/// running > enabled, or a time decreased, the result is read_failed with all numbers 0.
Reading difference(const CounterValue& before, const CounterValue& after) noexcept;
/// State of a difference, from its times.
ReadingState state_of(std::uint64_t enabled_ns, std::uint64_t running_ns) noexcept;
/// Sum of two workers' readings of one event; the state is the worse one. Counts and enabled times are added. For a
/// scaled sum, `running_ns` is chosen so that scaled_count() is the sum of the parts' scaled counts, up to rounding of
/// `running_ns` to whole ns; for any other sum it is added too.
Reading sum(const Reading& a, const Reading& b) noexcept;
/// count * enabled / running for a scaled reading, count for a counted one. Undefined for other states (asserts).
double scaled_count(const Reading& reading) noexcept;
/// Whether scaled_count() is defined: counted or scaled.
constexpr bool has_count(const Reading& reading) noexcept {
    return reading.state == ReadingState::counted || reading.state == ReadingState::scaled;
}

} // namespace bytebound
