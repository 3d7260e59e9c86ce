#include "loops/replay.hpp"

#include <algorithm>

#include "loops/loop_factory.hpp"

namespace bytebound {

namespace {

/// Number of survivors in the slots that a shrinking step removes, from the loop's own slab before the step.
std::uint32_t survivors_given_up(const UpdateLoop& loop, std::uint32_t rows_after, const std::uint64_t* mask_after) {
    const auto given_up = loop.ids().subspan(rows_after);
    return static_cast<std::uint32_t>(std::count_if(given_up.begin(), given_up.end(), [&](std::uint32_t id) {
        return (mask_after[id / 64] >> (id % 64) & 1) != 0;
    }));
}

} // namespace

std::unique_ptr<UpdateLoop> make_replay(LoopKind kind, Workspace& workspace, AccessObserver& observer,
                                        const LoopOptions& options, unsigned workers) {
    return make_with(kind,
                     LoopSetup<Watched>{workspace, Watched(observer, workspace.base()), nullptr, options, workers});
}

std::vector<StepLedger> replay_ledger(LoopKind kind, Workspace& workspace, std::span<const StepChange> changes,
                                      const LoopOptions& options, const StopPredicate& stop) {
    std::uint64_t metadata_bytes = 0;
    const auto loop = make_with(kind, LoopSetup<Tallied>{workspace, Tallied(metadata_bytes), nullptr, options});
    std::vector<StepLedger> ledger;
    if (loop == nullptr) return ledger;
    ledger.reserve(changes.size());
    loop->reset(changes);
    for (std::uint32_t step = 0; step < changes.size() && !(stop && stop()); ++step) {
        const auto [added, removed] = changes[step];
        StepLedger entry;
        entry.min_rows = added;
        if (removed > added) {
            const std::uint32_t rows_after = loop->active_rows() - (removed - added);
            entry.min_rows += survivors_given_up(*loop, rows_after, workspace.mask(step + 1));
        }
        metadata_bytes = 0;
        entry.rows_written = loop->step(step).rows_written;
        entry.metadata_bytes = metadata_bytes;
        ledger.push_back(entry);
    }
    return ledger;
}

} // namespace bytebound
