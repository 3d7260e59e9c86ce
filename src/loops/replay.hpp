#pragma once
// Replays of an update loop without its row copies: the code of the timed loops, with an observer.
//
// This header is the interface between loops/ and its two users: the traffic model (src/model) and the computed
// figures. The observer sees every data reference of the measured region in program order, except for stack and code.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "loops/update_loop.hpp"
#include "workload/trace.hpp"

namespace bytebound {

/// Receives the references of one loop. Addresses are byte offsets in the arena (arena_layout()).
class AccessObserver {
public:
    virtual ~AccessObserver() = default;
    /// Copies a row of one group line by line, load before store.
    virtual void copy(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset,
                      std::uint64_t bytes) = 0;
    virtual void load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) = 0;
    virtual void store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) = 0;
    /// The following references are this worker's share of a step. All shares up to join() run concurrently. References
    /// before the first worker() and after join() are worker 0's, alone.
    virtual void worker(unsigned) {}
    virtual void join() {}
};

/// An update loop that reports every reference to `observer` and copies no row bytes: pool and slab of `workspace` stay
/// untouched, while its tables, lists and masks are real. Runs on the calling thread even for a team of several
/// `workers`: it splits rows as that team does, and emits the shares one after the other. reset() is not observed. Null
/// for torch, external and plug_in, which are library code.
std::unique_ptr<UpdateLoop> make_replay(LoopKind kind, Workspace& workspace, AccessObserver& observer,
                                        const LoopOptions& options, unsigned workers = 1);

/// Computed figures of one step, exact by construction.
struct StepLedger {
    std::uint32_t rows_written = 0;
    std::uint32_t min_rows = 0;       ///< A if A >= R, else A + t, with t from this loop's own slab before the step
    std::uint64_t metadata_bytes = 0; ///< loaded and stored in mask, index and meta buffers
    bool operator==(const StepLedger&) const = default;
};

/// Ledger of every step of `changes` (warm-up included), by a replay in `workspace`, whose masks must be filled and
/// whose lists and tables are overwritten. Empty for torch, external and plug_in; shorter than `changes` if `stop`
/// ended it.
std::vector<StepLedger> replay_ledger(LoopKind kind, Workspace& workspace, std::span<const StepChange> changes,
                                      const LoopOptions& options, const StopPredicate& stop = {});

} // namespace bytebound
