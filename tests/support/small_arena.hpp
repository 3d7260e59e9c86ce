#pragma once
// Arenas small enough to be followed by hand.

#include <initializer_list>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "loops/replay.hpp"
#include "loops/update_loop.hpp"

namespace bytebound::test {

using Ids = std::set<std::uint32_t>;

inline Workspace make_workspace(const WorkspaceSpec& spec) {
    auto workspace = Workspace::allocate(spec);
    if (!workspace) throw std::runtime_error(to_line(workspace.error()));
    workspace->touch(1);
    return std::move(*workspace);
}

inline void write_mask(Workspace& workspace, std::uint32_t step, const Ids& ids) {
    const std::size_t words = mask_words(workspace.spec().pool_rows);
    std::uint64_t* mask = workspace.mask(step);
    for (std::size_t w = 0; w < words; ++w)
        mask[w] = 0;
    for (const std::uint32_t id : ids)
        mask[id / 64] |= std::uint64_t{1} << (id % 64);
}

inline Ids read_mask(const Workspace& workspace, std::uint32_t step) {
    Ids ids;
    for (std::uint32_t id = 0; id < workspace.spec().pool_rows; ++id) {
        if ((workspace.mask(step)[id / 64] >> (id % 64) & 1) != 0) ids.insert(id);
    }
    return ids;
}

inline std::span<const std::uint64_t> mask_of(const Workspace& workspace, std::uint32_t step) {
    return {workspace.mask(step), mask_words(workspace.spec().pool_rows)};
}

/// N = 8, groups of 64 and 128 bytes, with the given masks. Offsets: pool.up 0, pool.down 4096, slab.up 8192, slab.down
/// 12288, index 16384 (two lists of 32 bytes), slot_of 20480, id_at 20544, masks 24576 (8 bytes each).
inline Workspace eight_rows(const std::vector<Ids>& masks) {
    const RowLayout layout{{{"up", 64}, {"down", 128}}};
    Workspace workspace = make_workspace({8, 8, layout, static_cast<std::uint32_t>(masks.size()), 8 * masks.size()});
    for (std::uint32_t step = 0; step < masks.size(); ++step)
        write_mask(workspace, step, masks[step]);
    return workspace;
}

/// The changes between the masks of a workspace.
inline std::vector<StepChange> changes_of(const std::vector<Ids>& masks) {
    std::vector<StepChange> changes;
    for (std::size_t step = 0; step + 1 < masks.size(); ++step) {
        StepChange change;
        for (const auto id : masks[step + 1])
            change.added += masks[step].count(id) == 0 ? 1 : 0;
        for (const auto id : masks[step])
            change.removed += masks[step + 1].count(id) == 0 ? 1 : 0;
        changes.push_back(change);
    }
    return changes;
}

inline std::vector<std::uint32_t> ids_of(const UpdateLoop& loop) { return {loop.ids().begin(), loop.ids().end()}; }

/// "" if the slab is correct, else the error's line.
inline std::string fault_of(const UpdateLoop& loop, const Workspace& workspace, std::uint32_t step) {
    const auto result = verify_slab(loop, workspace, mask_of(workspace, step));
    return result ? "" : to_line(result.error());
}

} // namespace bytebound::test
