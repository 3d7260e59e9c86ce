#pragma once
// One team's buffers, and the kernels over them. Internal to calibration.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "experiment/calibrate/calibration_plan.hpp"
#include "experiment/measure/bound_arena.hpp"
#include "loops/fma_kernel.hpp"
#include "loops/stream_kernels.hpp"
#include "loops/worker_team.hpp"

namespace bytebound {

/// What the program moved in one pass of a kernel, over all workers.
struct ProgramBytes {
    double loaded = 0, stored = 0; ///< of the buffers
    double listed = 0;             ///< of the list of rows: loaded, but no part of a bandwidth
    double moved() const { return loaded + stored; }
};

/// Memory of one team, bound as the placement says, written by the worker that uses it, never zero.
class CalibrationRunner {
public:
    /// `team`: pinned to the plan's CPUs. Errors: not_possible for memory that cannot be had or bound.
    static Result<CalibrationRunner> make(Sys& sys, const Machine& machine, const TeamPlan& plan, WorkerTeam& team,
                                          ClockFunction clock);

    const BoundArena& arena() const { return arena_; }

    ProgramBytes bytes(const CeilingRequest& request) const;
    /// Nanoseconds of `passes` passes on every worker at once, from the release to the last arrival.
    std::uint64_t run(const CeilingRequest& request, std::uint64_t passes);
    /// Likewise of `iterations` of multiply-adds.
    std::uint64_t run(const FmaKernel& kernel, std::uint64_t iterations);
    /// As many passes as take about `ns`; leaves a working set that fits a cache in it.
    std::uint64_t passes_for(const CeilingRequest& request, std::uint64_t ns);

private:
    CalibrationRunner(const TeamPlan& plan, WorkerTeam& team, ClockFunction clock)
        : plan_(&plan), team_(&team), clock_(clock) {}
    std::uint64_t rows_of(const CeilingRequest& request) const {
        return request.buffers.worker_bytes / 2 / request.row_bytes;
    }
    void prepare_rows();

    const TeamPlan* plan_;
    WorkerTeam* team_;
    ClockFunction clock_;
    BoundArena arena_;
    std::map<std::uint64_t, std::vector<std::vector<RowMove>>> moves_; ///< by number of rows; one list per worker
    std::uint64_t stored_word_ = 1; ///< another for every write, so that every line changes
};

} // namespace bytebound
