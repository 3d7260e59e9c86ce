#pragma once
// One team's buffers and the kernels that run on them. Internal to calibration.

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "experiment/calibrate/calibration_plan.hpp"
#include "experiment/measure/bound_arena.hpp"
#include "loops/fma_kernel.hpp"
#include "loops/stream_kernels.hpp"
#include "loops/worker_team.hpp"

namespace bytebound {

/// Bytes that the program moves in one pass of a kernel, over all workers.
struct ProgramBytes {
    double loaded = 0, stored = 0; ///< buffers
    double listed = 0;             ///< list of rows: loaded, but not part of a bandwidth
    double moved() const { return loaded + stored; }
};

/// Memory of one team, bound according to the placement, written (non-zero) by the worker that uses it.
class CalibrationRunner {
public:
    /// `team` must be pinned to the plan's CPUs. Error: not_possible if memory cannot be allocated or bound.
    static Result<CalibrationRunner> make(Sys& sys, const Machine& machine, const TeamPlan& plan, WorkerTeam& team,
                                          ClockFunction clock);

    const BoundArena& arena() const { return arena_; }

    ProgramBytes bytes(const CeilingRequest& request) const;
    /// Nanoseconds of `passes` passes on every worker concurrently, from the release to the last arrival.
    std::uint64_t run(const CeilingRequest& request, std::uint64_t passes);
    /// The same for `iterations` of multiply-adds.
    std::uint64_t run(const FmaKernel& kernel, std::uint64_t iterations);
    /// The number of passes that take about `ns`. Leaves a working set that fits in a cache in that cache.
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
    /// Key: order and number of rows; value: one list per worker.
    std::map<std::pair<RowOrder, std::uint64_t>, std::vector<std::vector<RowMove>>> moves_;
    std::uint64_t stored_word_ = 1; ///< changes with every write, so that every line changes
};

} // namespace bytebound
