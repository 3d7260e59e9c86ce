#pragma once
// Replays of an update loop without its row copies: the same code as the timed loops, watched by an observer.
//
// This header is the seam between loops/ and the traffic model (src/model) and the computed figures (src/run). The
// observer sees every data reference of the measured region in program order; stack and code are left out.

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
    /// A row of one group: line by line, load then store.
    virtual void copy(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset,
                      std::uint64_t bytes) = 0;
    virtual void load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) = 0;
    virtual void store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) = 0;
    /// The following references are this worker's share of a step; the shares that follow each other up to join() run
    /// side by side. Before the first and after join() they are worker 0's, alone.
    virtual void worker(unsigned) {}
    virtual void join() {}
};

/// An update loop whose every reference goes to `observer` and that copies no row bytes: pool and slab of `workspace`
/// stay untouched. Its tables, lists and masks are real. Runs on the calling thread alone, also for a team of several
/// `workers`: it then splits rows as that team does, and the shares come one after the other. reset() is not observed.
/// Null for torch and external: library code.
std::unique_ptr<UpdateLoop> make_replay(LoopKind kind, Workspace& workspace, AccessObserver& observer,
                                        const LoopOptions& options, unsigned workers = 1);

/// Computed figures of one step, by construction.
struct StepLedger {
    std::uint32_t rows_written = 0;
    std::uint32_t min_rows = 0;       ///< A for A >= R, else A + t, t from this loop's own slab before the step
    std::uint64_t metadata_bytes = 0; ///< loaded + stored in mask, index and meta buffers
    bool operator==(const StepLedger&) const = default;
};

/// Ledger of every step of `changes` (warm-up included), by a replay in `workspace`, whose masks are already filled and
/// whose lists and tables it overwrites. Empty for torch and external; shorter than `changes` when `stop` ended it.
std::vector<StepLedger> replay_ledger(LoopKind kind, Workspace& workspace, std::span<const StepChange> changes,
                                      const LoopOptions& options, const StopPredicate& stop = {});

} // namespace bytebound
