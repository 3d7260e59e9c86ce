#include "experiment/measure/team_counters.hpp"

#include <atomic>

namespace bytebound {

Result<TeamCounters> TeamCounters::open(WorkerTeam& team, Counting& counting, int pass) {
    TeamCounters counters(team);
    for (unsigned opener = 0; opener < team.threads(); ++opener) {
        std::optional<Error> error;
        team.each([&](unsigned worker) {
            if (worker != opener) return;
            auto opened = OpenCounters::open(counting, pass, worker == 0);
            if (opened)
                counters.open_[worker] = std::move(*opened);
            else
                error = opened.error();
        });
        if (error) return fail(std::move(*error));
    }
    return counters;
}

TeamCounters TeamCounters::of_leader(WorkerTeam& team, OpenCounters counters) {
    TeamCounters all(team);
    all.open_.front() = std::move(counters);
    return all;
}

TeamCounters::~TeamCounters() {
    if (!open_.empty()) team_->each([this](unsigned worker) { open_[worker].reset(); });
}

TeamValues TeamCounters::values() const {
    TeamValues values;
    for (const auto& counters : open_)
        values.emplace_back(counters->size());
    return values;
}

Result<void> TeamCounters::read(TeamValues& into, Read how) {
    std::atomic<unsigned> failed{team_->threads()};
    team_->each([&](unsigned worker) {
        if (!((*open_[worker]).*how)(into[worker])) failed = worker;
    });
    if (failed < team_->threads()) return fail(open_[failed]->last_error());
    return {};
}

} // namespace bytebound
