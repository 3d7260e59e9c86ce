#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "loops/copy_method.hpp"
#include "loops/update_loop.hpp"
#include "loops/worker_team.hpp"
#include "loops/workspace.hpp"
#include "workload/trace.hpp"

namespace bytebound {

/// What one copy method needed for oracle's steps.
struct CopyTrialTime {
    CopyMethod method;
    std::uint32_t steps = 0; ///< steps timed with it
    double median_ns = 0;    ///< of a step
    double bytes_per_ns = 0; ///< median over the steps of row bytes loaded + stored over time; GB/s
};

struct CopyTrial {
    CopyMethod winner = CopyMethod::memcpy;
    std::vector<CopyTrialTime> times; ///< every method that runs here, in the order of copy_methods(); empty if no rows
};

/// Copies oracle's rows of `changes` (whose masks the workspace holds) with every method that runs here and names the
/// one with the highest median rate. The methods take turns step by step, so that each finds its rows as cold as the
/// others do. Ends after `limit_ns` or when every method has had `steps_each` steps. Overwrites the slab: the loop that
/// runs next starts with reset().
CopyTrial choose_copy_method(Workspace& workspace, WorkerTeam& team, const LoopOptions& options,
                             std::span<const StepChange> changes, std::uint32_t steps_each = 25,
                             std::uint64_t limit_ns = 100'000'000);

} // namespace bytebound
