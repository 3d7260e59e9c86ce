#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "counters/collector.hpp"
#include "counters/perf_event/group.hpp"

namespace bytebound {

/// The groups of one pass on one thread: at most one read(2) per group; values are in plan order.
class WorkerGroups final : public WorkerCounters {
public:
    /// `positions[g][i]` is the position of group g's i-th event in the output of read().
    WorkerGroups(std::vector<Group> groups, std::vector<std::vector<std::size_t>> positions);

    std::size_t size() const override { return size_; }
    bool read(std::span<CounterValue> out) noexcept override;
    std::optional<std::uint64_t> schedule_stamp() const noexcept override;
    Error last_error() const override;
    std::optional<SentCounters> sent() const override;
    /// Of sent(), in the process that received the descriptors: the counters of its calling thread.
    static std::unique_ptr<WorkerCounters> received(Sys& sys, const SentCounters& sent);

private:
    std::vector<Group> groups_;
    std::vector<std::vector<std::size_t>> positions_;
    std::size_t size_ = 0;
    std::size_t failed_ = 0; ///< the group whose last read failed; groups_.size() if none did
};

} // namespace bytebound
