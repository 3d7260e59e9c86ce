#pragma once

#include <cassert>
#include <cstring>

#include "loops/access.hpp"
#include "loops/row_copier.hpp"
#include "loops/step_parts.hpp"
#include "loops/update_loop.hpp"
#include "workload/changes.hpp"

namespace bytebound {

/// Inputs of a loop. `team` is null in replays; they have the worker count of the team that they simulate.
template <class Access>
struct LoopSetup {
    Workspace& workspace;
    Access access;
    WorkerTeam* team;
    LoopOptions options;
    unsigned replayed_workers = 1;
};

/// State common to all loops: addresses in the arena and helpers.
template <class Access>
class LoopBase : public UpdateLoop {
public:
    explicit LoopBase(const LoopSetup<Access>& setup)
        : access_(setup.access),
          copier_(setup.workspace, setup.access, setup.team, setup.options, setup.replayed_workers),
          pool_rows_(setup.workspace.spec().pool_rows), mask_count_(setup.workspace.spec().mask_count),
          words_(mask_words(pool_rows_)), masks_(setup.workspace.mask(0)), sources_(setup.workspace.index().data()),
          slots_(sources_ + setup.workspace.spec().slab_rows), tables_{setup.workspace.slot_of().data(),
                                                                       setup.workspace.id_at().data()} {}

    std::uint32_t active_rows() const override { return rows_; }

protected:
    const std::uint64_t* mask(std::uint32_t step) const noexcept { return masks_ + step * words_; }

    /// Packs the rows of mask 0 in ascending order, unobserved; `list` receives their ids.
    void pack(std::uint32_t* list, const SlotTables* tables) {
        rows_ = list_rows(Unwatched(CopyMethod::memcpy), mask(0), words_, list, tables);
        if constexpr (Access::copies_rows) {
            for (std::uint32_t slot = 0; slot < rows_; ++slot)
                copier_.copy({list[slot], slot, true});
        }
    }

    /// Copies pool rows list[0 .. rows) into slots 0 .. rows.
    void gather(const std::uint32_t* list, std::uint32_t rows) const noexcept {
        copier_.split(rows, [&](auto& to, std::uint32_t begin, std::uint32_t end) noexcept {
            for (std::uint32_t i = begin; i < end; ++i)
                to.from_pool(access_.load(Buffer::index, &list[i]), i);
        });
    }

    Access access_;
    RowCopier<Access> copier_;
    std::uint32_t pool_rows_, mask_count_;
    std::size_t words_;
    const std::uint64_t* masks_;
    std::uint32_t* sources_; ///< slab_rows entries at the start of the index buffer
    std::uint32_t* slots_;   ///< the slab_rows entries after them
    SlotTables tables_;
    std::uint32_t rows_ = 0; ///< current m
};

} // namespace bytebound
