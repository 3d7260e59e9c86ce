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

/// One copy method's times for oracle's steps.
struct CopyTrialTime {
    CopyMethod method;
    std::uint32_t steps = 0; ///< number of timed steps
    double median_ns = 0;    ///< per step
    double bytes_per_ns = 0; ///< median over the steps of row bytes loaded and stored, divided by time; equals GB/s
};

struct CopyTrial {
    CopyMethod winner = CopyMethod::memcpy;
    /// All methods that run here, in the order of copy_methods(), and that of the options if it is none of them; empty
    /// if there are no rows.
    std::vector<CopyTrialTime> times;
};

/// Copies oracle's rows of `changes` (whose masks are in the workspace) with each of these methods, and chooses
/// the one with the highest median rate. The methods alternate step by step, so that the rows are equally cold for all.
/// Ends after `limit_ns`, or when every method has done `steps_each` steps. Overwrites the slab: the next loop must
/// start with reset().
CopyTrial choose_copy_method(Workspace& workspace, WorkerTeam& team, const LoopOptions& options,
                             std::span<const StepChange> changes, std::uint32_t steps_each = 25,
                             std::uint64_t limit_ns = 100'000'000);

} // namespace bytebound
