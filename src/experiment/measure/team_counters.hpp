#pragma once

#include <optional>
#include <vector>

#include "base/error.hpp"
#include "experiment/counting/counting.hpp"
#include "loops/worker_team.hpp"

namespace bytebound {

/// One reading of a pass by every worker: values[worker], in the order of Counting::slots_of().
using TeamValues = std::vector<std::vector<CounterValue>>;

/// The counters of every worker of a team in one pass, each opened, read and closed on its own thread. Worker 0 leads:
/// only it reads values shared by all workers.
class TeamCounters {
public:
    /// Opens sequentially, because collectors need not support concurrent opening. Error: that of the first worker
    /// whose counters could not be opened.
    static Result<TeamCounters> open(WorkerTeam& team, Counting& counting, int pass);
    /// Of a team of one worker, whose counters are open.
    static TeamCounters of_leader(WorkerTeam& team, OpenCounters counters);
    TeamCounters(TeamCounters&&) noexcept = default;
    TeamCounters& operator=(TeamCounters&&) = delete;
    ~TeamCounters();

    OpenCounters& of(unsigned worker) { return *open_[worker]; }
    /// Room for one reading of every worker.
    TeamValues values() const;
    /// Reads on all workers concurrently, before or after the counted work. Error: that of a worker whose source
    /// refused.
    Result<void> read_before(TeamValues& into) { return read(into, &OpenCounters::read_before); }
    Result<void> read_after(TeamValues& into) { return read(into, &OpenCounters::read_after); }

private:
    using Read = bool (OpenCounters::*)(std::span<CounterValue>) noexcept;
    explicit TeamCounters(WorkerTeam& team) : team_(&team), open_(team.threads()) {}
    Result<void> read(TeamValues& into, Read how);

    WorkerTeam* team_;
    std::vector<std::optional<OpenCounters>> open_; ///< per worker; empty after a move
};

} // namespace bytebound
