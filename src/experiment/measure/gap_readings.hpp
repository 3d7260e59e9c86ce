#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "experiment/measure/team_counters.hpp"

namespace bytebound {

/// The readings of every worker around what is done between two steps. It begins where the step ended: a team of one
/// worker reads once more, after the gap.
class GapReadings {
public:
    GapReadings(TeamCounters& counters, std::uint32_t readings)
        : counters_(counters), before_(readings, counters.values()), after_(readings, counters.values()) {}

    /// `leader`: its reading after the step. Error: that of a worker whose source refused.
    Result<void> open(std::uint32_t reading, std::span<const CounterValue> leader);
    Result<void> close(std::uint32_t reading);

    /// By reading.
    const std::vector<TeamValues>& before() const { return before_; }
    const std::vector<TeamValues>& after() const { return after_; }

private:
    TeamCounters& counters_;
    std::vector<TeamValues> before_, after_;
};

} // namespace bytebound
