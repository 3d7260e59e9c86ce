#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "loops/worker_team.hpp"
#include "machine/pin.hpp"

namespace bytebound {

/// A team of workers, each on a CPU of its own; worker 0 is the calling thread, the leader. Every thread gets its
/// former affinity back at the end.
class PinnedTeam {
public:
    /// One worker for each of `cpus`. Error: that of the first worker that could not be pinned.
    static Result<PinnedTeam> make(Sys& sys, const Machine& machine, const std::vector<int>& cpus);
    PinnedTeam(PinnedTeam&&) noexcept = default;
    PinnedTeam& operator=(PinnedTeam&&) = delete;
    ~PinnedTeam();

    WorkerTeam& workers() { return *team_; }
    /// Whether every worker is bound; false where the machine allows no binding (Machine::bind_cpus says why).
    bool bound() const;
    /// Per worker: the affinity that the kernel states after binding.
    std::vector<std::vector<int>> read_back() const;

private:
    explicit PinnedTeam(unsigned threads);
    std::unique_ptr<WorkerTeam> team_;
    std::vector<std::optional<Pin>> pins_;
};

} // namespace bytebound
