#include "experiment/measure/pinned_team.hpp"

#include <algorithm>

namespace bytebound {

PinnedTeam::PinnedTeam(unsigned threads) : team_(std::make_unique<WorkerTeam>(threads)), pins_(threads) {}

PinnedTeam::~PinnedTeam() {
    // A thread's affinity must be restored on that thread.
    if (team_) team_->each([this](unsigned worker) { pins_[worker].reset(); });
}

Result<PinnedTeam> PinnedTeam::make(Sys& sys, const Machine& machine, const std::vector<int>& cpus) {
    PinnedTeam pinned(static_cast<unsigned>(cpus.size()));
    std::vector<std::optional<Error>> errors(cpus.size());
    pinned.team_->each([&](unsigned worker) {
        auto pin = Pin::bind(sys, machine, cpus[worker]);
        if (pin)
            pinned.pins_[worker] = std::move(*pin);
        else
            errors[worker] = pin.error();
    });
    for (auto& error : errors)
        if (error) return fail(std::move(*error));
    return pinned;
}

bool PinnedTeam::bound() const {
    return std::all_of(pins_.begin(), pins_.end(), [](const auto& pin) { return pin->bound(); });
}

std::vector<std::vector<int>> PinnedTeam::read_back() const {
    std::vector<std::vector<int>> cpus;
    for (const auto& pin : pins_)
        cpus.push_back(pin->read_back());
    return cpus;
}

} // namespace bytebound
