#pragma once

#include <vector>

#include "counters/collector.hpp"
#include "counters/perf_event/group.hpp"

namespace bytebound {

/// The groups of one pass on one thread: one read(2) per group at most, values handed out in plan order.
class WorkerGroups final : public WorkerCounters {
public:
    /// `positions[g][i]` is where the i-th event of group g stands in read()'s output.
    WorkerGroups(std::vector<Group> groups, std::vector<std::vector<std::size_t>> positions);

    std::size_t size() const override { return size_; }
    bool read(std::span<CounterValue> out) noexcept override;
    std::optional<std::uint64_t> schedule_stamp() const noexcept override;
    Error last_error() const override;

private:
    std::vector<Group> groups_;
    std::vector<std::vector<std::size_t>> positions_;
    std::size_t size_ = 0;
    std::size_t failed_ = 0; ///< group whose read failed last; groups_.size() when none did
};

} // namespace bytebound
