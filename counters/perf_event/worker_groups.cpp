#include "counters/perf_event/worker_groups.hpp"

#include <cassert>
#include <utility>

namespace bytebound {

WorkerGroups::WorkerGroups(std::vector<Group> groups, std::vector<std::vector<std::size_t>> positions)
    : groups_(std::move(groups)), positions_(std::move(positions)), failed_(groups_.size()) {
    for (const auto& group : positions_)
        size_ += group.size();
}

bool WorkerGroups::read(std::span<CounterValue> out) noexcept {
    assert(out.size() == size_);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        if (!groups_[g].refresh()) {
            failed_ = g;
            return false;
        }
        const auto& positions = positions_[g];
        for (std::size_t i = 0; i < positions.size(); ++i)
            out[positions[i]] = groups_[g].value(i);
    }
    return true;
}

std::optional<std::uint64_t> WorkerGroups::schedule_stamp() const noexcept {
    std::optional<std::uint64_t> sum;
    for (const Group& group : groups_)
        if (const auto stamp = group.schedule_stamp()) sum = sum.value_or(0) + *stamp;
    return sum;
}

Error WorkerGroups::last_error() const {
    if (failed_ < groups_.size()) return groups_[failed_].last_error();
    return {ExitCode::internal, "read counters", {}, "no error", {}, 0};
}

} // namespace bytebound
