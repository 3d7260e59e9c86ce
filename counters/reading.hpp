#pragma once

#include <cstdint>
#include <string_view>

namespace bytebound {

/// The kernel's three words of one event at one moment: raw count and the two times of PERF_FORMAT_TOTAL_TIME_*,
/// in ns. Never reset; only differences mean something.
struct CounterValue {
    std::uint64_t count = 0;
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;
    bool operator==(const CounterValue&) const = default;
};

/// What became of an event over an interval, from best to worst: a sum over workers has the worst of its parts.
enum class ReadingState {
    counted,     ///< running == enabled
    scaled,      ///< 0 < running < enabled
    never_ran,   ///< running == 0: it had no counter, or was never enabled (frozen)
    unsupported, ///< was never opened
    read_failed, ///< the kernel gave no or an impossible answer
};

std::string_view name_of(ReadingState state);

/// Difference of two CounterValues. Integers all the way to stats/; `scaled_count` is the only place that
/// extrapolates.
struct Reading {
    std::uint64_t count = 0;
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;
    ReadingState state = ReadingState::unsupported;
    bool operator==(const Reading&) const = default;
};

/// after - before, modulo 2^64 for the count. A count that went back (a difference of more than half the range),
/// running > enabled or a time that went back is read_failed, with all numbers 0.
Reading difference(const CounterValue& before, const CounterValue& after) noexcept;
/// State of a difference given only its three numbers.
ReadingState state_of(std::uint64_t enabled_ns, std::uint64_t running_ns) noexcept;
/// Sum of two workers' readings of one event; state is the worse one. Counts and enabled times add up. Of a scaled sum
/// `running_ns` is such that scaled_count() is the sum of the parts' scaled counts, to the rounding of `running_ns` to
/// whole ns; of any other sum it adds up, too.
Reading sum(const Reading& a, const Reading& b) noexcept;
/// count * enabled / running for a scaled reading, count for a counted one. Not defined for other states (asserts).
double scaled_count(const Reading& reading) noexcept;

} // namespace bytebound
