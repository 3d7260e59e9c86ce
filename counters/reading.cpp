#include "counters/reading.hpp"

#include <algorithm>
#include <cassert>

namespace bytebound {

std::string_view name_of(ReadingState state) {
    switch (state) {
    case ReadingState::counted: return "counted";
    case ReadingState::scaled: return "scaled";
    case ReadingState::never_ran: return "never_ran";
    case ReadingState::unsupported: return "unsupported";
    case ReadingState::read_failed: return "read_failed";
    }
    return "";
}

ReadingState state_of(std::uint64_t enabled_ns, std::uint64_t running_ns) noexcept {
    if (running_ns > enabled_ns) return ReadingState::read_failed;
    // Both times 0 means a frozen counter (its CPU went offline, or it was never enabled): its 0 is not a count.
    if (running_ns == 0) return ReadingState::never_ran;
    return running_ns == enabled_ns ? ReadingState::counted : ReadingState::scaled;
}

Reading difference(const CounterValue& before, const CounterValue& after) noexcept {
    constexpr std::uint64_t half_range = std::uint64_t{1} << 63;
    const std::uint64_t count = after.count - before.count;
    const std::uint64_t enabled_ns = after.enabled_ns - before.enabled_ns;
    const std::uint64_t running_ns = after.running_ns - before.running_ns;
    const bool went_back =
        count > half_range || after.enabled_ns < before.enabled_ns || after.running_ns < before.running_ns;
    const ReadingState state = went_back ? ReadingState::read_failed : state_of(enabled_ns, running_ns);
    if (state == ReadingState::read_failed) return {0, 0, 0, state};
    return {count, enabled_ns, running_ns, state};
}

Reading sum(const Reading& a, const Reading& b) noexcept {
    Reading out{a.count + b.count, a.enabled_ns + b.enabled_ns, a.running_ns + b.running_ns,
                std::max(a.state, b.state)};
    if (out.state != ReadingState::scaled || out.count == 0) return out;
    // Each part ran for a different share of its time, so the times must extrapolate the sum to the sum of the parts.
    const long double parts = static_cast<long double>(scaled_count(a)) + static_cast<long double>(scaled_count(b));
    const long double running = static_cast<long double>(out.count) * static_cast<long double>(out.enabled_ns) / parts;
    // A sum with a multiplexed part stays multiplexed, even if that part counted 0.
    out.running_ns = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(running + 0.5L), 1, out.enabled_ns - 1);
    return out;
}

double scaled_count(const Reading& reading) noexcept {
    assert(has_count(reading));
    if (reading.state == ReadingState::counted) return static_cast<double>(reading.count);
    // count * enabled overflows 64 bits after seconds; long double holds the product of two 64-bit numbers.
    const long double product = static_cast<long double>(reading.count) * static_cast<long double>(reading.enabled_ns);
    return static_cast<double>(product / static_cast<long double>(reading.running_ns));
}

} // namespace bytebound
