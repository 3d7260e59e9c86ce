#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "loops/copy_method.hpp"
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

/// One row copy: a pool row or, of a row that moves, a slab row, into a slot.
struct RowCopy {
    std::uint32_t source, slot;
    bool from_pool;
};

/// The rows of one worker in a step, copied one after the other as the loop finds them.
template <class Copier>
class RowsAtOnce {
public:
    explicit RowsAtOnce(const Copier& copier) : copier_(copier) {}
    void from_pool(std::uint32_t id, std::uint32_t slot) const noexcept { copier_.copy({id, slot, true}); }
    void from_slab(std::uint32_t from_slot, std::uint32_t slot) const noexcept {
        copier_.copy({from_slot, slot, false});
    }
    void finish() const noexcept {}

private:
    const Copier& copier_;
};

/// The same, each row being copied when the next W rows are known and prefetched. So the loop visits its list, or scans
/// its mask, once, as without prefetching, and nothing beyond the worker's last row is prefetched. No copy of a step
/// reads a slot that another one writes, so that a later copy is as correct.
template <class Copier>
class RowsAhead {
public:
    explicit RowsAhead(const Copier& copier) : copier_(copier), window_(copier.ahead().rows) {}
    void from_pool(std::uint32_t id, std::uint32_t slot) noexcept { take({id, slot, true}); }
    void from_slab(std::uint32_t from_slot, std::uint32_t slot) noexcept { take({from_slot, slot, false}); }
    /// Copies the rows that are left.
    void finish() noexcept {
        for (std::uint32_t left = held_; left > 0; --left) {
            copier_.copy(waiting_[oldest_]);
            oldest_ = after(oldest_);
        }
        held_ = 0;
    }

private:
    std::uint32_t after(std::uint32_t at) const noexcept { return at + 1 == held_ ? 0 : at + 1; }
    void take(const RowCopy& row) noexcept {
        copier_.prefetch(row);
        if (held_ < window_) {
            waiting_[held_++] = row;
            return;
        }
        copier_.copy(waiting_[oldest_]);
        waiting_[oldest_] = row;
        oldest_ = after(oldest_);
    }

    const Copier& copier_;
    std::uint32_t window_, held_ = 0, oldest_ = 0;
    std::array<RowCopy, most_prefetched_rows> waiting_; ///< held_ of them; a ring once it is full
};

/// Copies rows from pool or slab into slab slots, alone or with a team.
template <class Access>
class RowCopier {
public:
    /// `team` is null in replays, which simulate `workers` workers.
    RowCopier(Workspace& workspace, Access access, WorkerTeam* team, const LoopOptions& options,
              unsigned replayed_workers)
        : access_(access), ahead_(ahead_of(options.copy)), team_(team),
          workers_(team == nullptr ? replayed_workers : team->threads()), grain_(std::max(1u, options.grain)),
          threshold_(options.parallel_threshold) {
        const auto& groups = workspace.spec().layout.groups;
        for (std::uint32_t g = 0; g < groups.size(); ++g) {
            groups_.push_back({workspace.pool_row(g, 0), workspace.slab_row(g, 0), groups[g].row_bytes});
        }
    }

    /// All groups of one row.
    void copy(const RowCopy& row) const noexcept {
        const Buffer buffer = row.from_pool ? Buffer::pool : Buffer::slab;
        for (const auto& group : groups_)
            access_.copy(buffer, source_of(group, row), Buffer::slab, group.slab + row.slot * group.row_bytes,
                         group.row_bytes);
    }
    /// The first lines of every group of its source.
    void prefetch(const RowCopy& row) const noexcept {
        const Buffer buffer = row.from_pool ? Buffer::pool : Buffer::slab;
        for (const auto& group : groups_) {
            const std::byte* const from = source_of(group, row);
            const auto offset = reinterpret_cast<std::uintptr_t>(from); // buffers begin with a line
            access_.prefetch(buffer, from, prefetched_bytes(offset, group.row_bytes, ahead_.lines));
        }
    }
    CopyAhead ahead() const noexcept { return ahead_; }

    bool is_shared(std::uint32_t rows) const noexcept { return workers_ > 1 && rows >= threshold_; }
    unsigned workers() const noexcept { return workers_; }
    void use(Access access, CopyMethod method) {
        access_ = access;
        ahead_ = ahead_of(method);
    }

    /// Runs `part(rows, begin, end)` on every worker that has rows, or on the leader alone below the threshold. `rows`
    /// takes the part's copies. Settles.
    template <class Part>
    void split(std::uint32_t rows, const Part& part) const noexcept {
        with_rows([&](auto kind) {
            share_out(rows, [&](std::uint32_t begin, std::uint32_t end) noexcept {
                typename decltype(kind)::type to(*this);
                part(to, begin, end);
                to.finish();
                access_.settle();
            });
        });
    }
    /// Runs `part(rows)` on the leader alone. Settles.
    template <class Part>
    void alone(const Part& part) const noexcept {
        with_rows([&](auto kind) {
            typename decltype(kind)::type to(*this);
            part(to);
            to.finish();
            access_.settle();
        });
    }

private:
    /// Chooses once per step, not per row.
    template <class Use>
    void with_rows(const Use& use) const noexcept {
        if (ahead_.rows == 0)
            use(std::type_identity<RowsAtOnce<RowCopier>>{});
        else
            use(std::type_identity<RowsAhead<RowCopier>>{});
    }

    template <class Part>
    void share_out(std::uint32_t rows, const Part& part) const noexcept {
        if (!is_shared(rows)) return part(0u, rows);
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
            },
            &context);
    }

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
    static const std::byte* source_of(const Group& group, const RowCopy& row) noexcept {
        return (row.from_pool ? group.pool : group.slab) + row.source * group.row_bytes;
    }

    Access access_;
    CopyAhead ahead_;
    WorkerTeam* team_;
    unsigned workers_;
    std::uint32_t grain_, threshold_;
    std::vector<Group> groups_;
};

} // namespace bytebound
