#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "loops/worker_team.hpp"
#include "machine/pin.hpp"

namespace bytebound {

/// A team of workers, each on its own CPU; worker 0 is the calling thread, the leader. The destructor restores every
/// thread's former affinity.
class PinnedTeam {
public:
    /// One worker per element of `cpus`. Error: that of the first worker that could not be pinned.
    static Result<PinnedTeam> make(Sys& sys, const Machine& machine, const std::vector<int>& cpus);
    PinnedTeam(PinnedTeam&&) noexcept = default;
    PinnedTeam& operator=(PinnedTeam&&) = delete;
    ~PinnedTeam();

    WorkerTeam& workers() { return *team_; }
    /// Whether every worker is bound; false if the machine cannot bind (Machine::bind_cpus has the reason).
    bool bound() const;
    /// Per worker: the affinity that the kernel reports after binding.
    std::vector<std::vector<int>> read_back() const;

private:
    explicit PinnedTeam(unsigned threads);
    std::unique_ptr<WorkerTeam> team_;
    std::vector<std::optional<Pin>> pins_;
};

} // namespace bytebound
