#include "loops/update_loop.hpp"

#include <array>

#include "loops/loop_factory.hpp"

namespace bytebound {

std::span<const LoopEntry> loops() {
    static constexpr std::array<LoopEntry, 6> table{{
        {"paired", LoopKind::paired, "overwrites the slots of removed rows with added rows; appends, or fills holes",
         true},
        {"index", LoopKind::index, "builds an ascending index list, then gathers all m rows (index_select)", true},
        {"mask", LoopKind::mask, "scans the mask and gathers all m rows (boolean gather)", true},
        {"hybrid", LoopKind::hybrid, "index if k > tau m, else paired", true},
        {"oracle", LoopKind::oracle, "copies paired's rows from a precomputed list: the practical speed of light",
         true},
        {"torch", LoopKind::torch, "libtorch index_select into a preallocated tensor", false},
    }};
    return table;
}

std::unique_ptr<UpdateLoop> make_loop(LoopKind kind, Workspace& workspace, WorkerTeam& team,
                                      const LoopOptions& options) {
    return make_with(kind, LoopSetup<Unwatched>{workspace, Unwatched(options.copy), &team, options});
}

} // namespace bytebound
