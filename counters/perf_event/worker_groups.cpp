#include "counters/perf_event/worker_groups.hpp"

#include <cassert>
#include <utility>

#include "counters/perf_event/counter_registers.hpp"

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

std::optional<SentCounters> WorkerGroups::sent() const {
    SentCounters sent;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        sent.groups.push_back(groups_[g].sent());
        sent.groups.back().positions = positions_[g];
    }
    return sent;
}

std::unique_ptr<WorkerCounters> WorkerGroups::received(Sys& sys, const SentCounters& sent) {
    std::vector<Group> groups;
    std::vector<std::vector<std::size_t>> positions;
    const CounterRegisters* registers = processor_registers();
    for (const SentGroup& each : sent.groups) {
        groups.push_back(Group::received(sys, each));
        // The pages are mapped by the process that they are for.
        if (registers != nullptr) groups.back().read_in_user_space(*registers);
        positions.push_back(each.positions);
    }
    return std::make_unique<WorkerGroups>(std::move(groups), std::move(positions));
}

Error WorkerGroups::last_error() const {
    if (failed_ < groups_.size()) return groups_[failed_].last_error();
    return {ExitCode::internal, "read counters", {}, "no error", {}, 0};
}

} // namespace bytebound
