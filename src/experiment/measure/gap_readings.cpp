#include "experiment/measure/gap_readings.hpp"

#include <algorithm>

namespace bytebound {
namespace {

/// Planning opened these counters already, so a failure here is a failed phase.
Result<void> of_phase(Result<void> read) {
    if (read) return read;
    Error error = read.error();
    error.code = ExitCode::internal;
    error.cause += " between two steps";
    return fail(std::move(error));
}

} // namespace

Result<void> GapReadings::open(std::uint32_t reading, std::span<const CounterValue> leader) {
    TeamValues& values = before_[reading];
    if (values.size() > 1) return of_phase(counters_.read_before(values));
    std::copy(leader.begin(), leader.end(), values[0].begin());
    return {};
}

Result<void> GapReadings::close(std::uint32_t reading) { return of_phase(counters_.read_after(after_[reading])); }

} // namespace bytebound
