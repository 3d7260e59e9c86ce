#pragma once

#include <vector>

#include "loops/loop_base.hpp"

namespace bytebound {

/// `oracle`: only the row copies of `paired`. reset() plans all steps ahead. The pairs of all steps form one list, so
/// each step's pairs are as cold as a new mask.
template <class Access>
class OracleLoop final : public LoopBase<Access> {
public:
    explicit OracleLoop(const LoopSetup<Access>& setup)
        : LoopBase<Access>(setup), pairs_(setup.workspace.pairs().data()), capacity_(setup.workspace.pairs().size()) {}

    void reset(std::span<const StepChange> changes) override {
        assert(changes.size() < this->mask_count_);
        ids_.resize(this->pool_rows_);
        this->pack(ids_.data(), nullptr);
        ids_applied_ = steps_done_ = 0;
        plan(static_cast<std::uint32_t>(changes.size()));
    }

    StepOutcome step(std::uint32_t step) noexcept override {
        const RowPair* list = pairs_ + ends_[step];
        const auto copies = static_cast<std::uint32_t>(ends_[step + 1] - ends_[step]);
        this->copier_.split(copies, [&](auto& to, std::uint32_t begin, std::uint32_t end) noexcept {
            for (std::uint32_t i = begin; i < end; ++i) {
                const RowPair pair = this->access_.load(Buffer::index, &list[i]);
                if (pair.source < this->pool_rows_) {
                    to.from_pool(pair.source, pair.slot);
                } else {
                    to.from_slab(pair.source - this->pool_rows_, pair.slot);
                }
            }
        });
        steps_done_ = step + 1;
        this->rows_ = sizes_[steps_done_];
        return {copies};
    }

    /// Replays the pairs of the completed steps, outside of the measured region.
    std::span<const std::uint32_t> ids() const override {
        for (; ids_applied_ < steps_done_; ++ids_applied_) {
            for (std::uint64_t i = ends_[ids_applied_]; i < ends_[ids_applied_ + 1]; ++i) {
                const RowPair pair = pairs_[i];
                ids_[pair.slot] = pair.source < this->pool_rows_ ? pair.source : ids_[pair.source - this->pool_rows_];
            }
        }
        return {ids_.data(), this->rows_};
    }

    void copy_with(Access access, CopyMethod method) { this->copier_.use(access, method); }

private:
    /// Runs paired's planning over all masks, with separate lists and tables.
    void plan(std::uint32_t steps) {
        const Unwatched quiet(CopyMethod::memcpy);
        std::vector<std::uint32_t> sources(this->pool_rows_), slots(this->pool_rows_);
        std::vector<std::uint32_t> slot_of(this->pool_rows_), id_at(this->pool_rows_);
        const SlotTables tables{slot_of.data(), id_at.data()};
        std::uint32_t rows = list_rows(quiet, this->mask(0), this->words_, sources.data(), &tables);
        std::uint64_t used = 0;
        ends_.assign(1, 0);
        sizes_.assign(1, rows);
        for (std::uint32_t step = 0; step < steps; ++step) {
            const std::uint64_t* after = this->mask(step + 1);
            const Diff diff = diff_masks(quiet, this->mask(step), after, this->words_, sources.data(), slots.data());
            const std::uint32_t copies = place_rows(quiet, tables, after, sources.data(), slots.data(), diff, rows);
            assert(used + copies <= capacity_ && "WorkspaceSpec::oracle_pairs is smaller than bound_rows(changes)");
            for (std::uint32_t i = 0; i < copies; ++i) {
                const std::uint32_t source = i < diff.added ? sources[i] : this->pool_rows_ + sources[i];
                pairs_[used++] = {source, slots[i]};
            }
            rows = rows + diff.added - diff.removed;
            ends_.push_back(used);
            sizes_.push_back(rows);
        }
    }

    RowPair* pairs_;
    std::uint64_t capacity_;
    std::vector<std::uint64_t> ends_;  ///< pairs of step s: ends_[s] .. ends_[s + 1]
    std::vector<std::uint32_t> sizes_; ///< m before step s
    std::uint32_t steps_done_ = 0;
    mutable std::uint32_t ids_applied_ = 0;
    mutable std::vector<std::uint32_t> ids_;
};

} // namespace bytebound
