#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "loops/update_loop.hpp"
#include "loops/worker_team.hpp"
#include "loops/workspace.hpp"

namespace bytebound {

/// Rows [begin, end) of a step.
struct RowShare {
    std::uint32_t begin, end;
    bool operator==(const RowShare&) const = default;
};

/// The rows of `worker`: whole grains (the last may be short), in order, as even as grains allow. Depends only on the
/// arguments, so that a worker gets the same slots in every run.
constexpr RowShare share_of(std::uint32_t rows, std::uint32_t grain, unsigned worker, unsigned workers) {
    const std::uint64_t grains = (std::uint64_t{rows} + grain - 1) / grain;
    const auto at = [&](std::uint64_t w) {
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(rows, grains * w / workers * grain));
    };
    return {at(worker), at(worker + 1)};
}

/// Copies rows from pool or slab into slab slots, alone or with a team.
template <class Access>
class RowCopier {
public:
    /// `team` is null in replays, which simulate `workers` workers.
    RowCopier(Workspace& workspace, Access access, WorkerTeam* team, const LoopOptions& options,
              unsigned replayed_workers)
        : access_(access), team_(team), workers_(team == nullptr ? replayed_workers : team->threads()),
          grain_(std::max(1u, options.grain)), threshold_(options.parallel_threshold) {
        const auto& groups = workspace.spec().layout.groups;
        for (std::uint32_t g = 0; g < groups.size(); ++g) {
            groups_.push_back({workspace.pool_row(g, 0), workspace.slab_row(g, 0), groups[g].row_bytes});
        }
    }

    void from_pool(std::uint32_t id, std::uint32_t slot) const noexcept {
        for (const auto& group : groups_) {
            access_.copy(Buffer::pool, group.pool + id * group.row_bytes, Buffer::slab,
                         group.slab + slot * group.row_bytes, group.row_bytes);
        }
    }

    void from_slab(std::uint32_t from_slot, std::uint32_t slot) const noexcept {
        for (const auto& group : groups_) {
            access_.copy(Buffer::slab, group.slab + from_slot * group.row_bytes, Buffer::slab,
                         group.slab + slot * group.row_bytes, group.row_bytes);
        }
    }

    bool is_shared(std::uint32_t rows) const noexcept { return workers_ > 1 && rows >= threshold_; }
    unsigned workers() const noexcept { return workers_; }
    void use(Access access) { access_ = access; }

    /// Called after a worker's last row: completes its copies for other threads and for the clock.
    void settle() const noexcept { access_.settle(); }

    /// Runs `part(begin, end)` on every worker that has rows, or on the leader alone below the threshold. Settles.
    template <class Part>
    void split(std::uint32_t rows, const Part& part) const noexcept {
        if (!is_shared(rows)) {
            part(0u, rows);
            return settle();
        }
        if constexpr (Access::reports_workers) return report_shares(rows, part);
        struct Context {
            const Part& part;
            const RowCopier& copier;
            std::uint32_t rows;
        } context{part, *this, rows};
        team_->release(
            [](void* raw, unsigned worker) noexcept {
                const auto& c = *static_cast<const Context*>(raw);
                const RowShare share = share_of(c.rows, c.copier.grain_, worker, c.copier.workers_);
                if (share.begin == share.end) return;
                c.part(share.begin, share.end);
                c.copier.settle();
            },
            &context);
    }

private:
    /// Emits one share after the other, each attributed to its worker.
    template <class Part>
    void report_shares(std::uint32_t rows, const Part& part) const noexcept {
        for (unsigned worker = 0; worker < workers_; ++worker) {
            const RowShare share = share_of(rows, grain_, worker, workers_);
            if (share.begin == share.end) continue;
            access_.worker(worker);
            part(share.begin, share.end);
        }
        access_.join();
    }

    struct Group {
        std::byte* pool;
        std::byte* slab;
        std::uint64_t row_bytes;
    };
    Access access_;
    WorkerTeam* team_;
    unsigned workers_;
    std::uint32_t grain_, threshold_;
    std::vector<Group> groups_;
};

} // namespace bytebound
