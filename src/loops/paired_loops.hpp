#pragma once

#include "loops/loop_base.hpp"

namespace bytebound {

/// `paired`: a diff, then overwrites, appends, or hole filling and pops.
template <class Access>
class PairedLoop : public LoopBase<Access> {
public:
    using LoopBase<Access>::LoopBase;

    void reset(std::span<const StepChange>) override { this->pack(this->sources_, &this->tables_); }

    StepOutcome step(std::uint32_t step) noexcept override { return replace(step, diff(step)); }

    std::span<const std::uint32_t> ids() const override { return {this->tables_.id_at, this->rows_}; }

protected:
    Diff diff(std::uint32_t step) const noexcept {
        return diff_masks(this->access_, this->mask(step), this->mask(step + 1), this->words_, this->sources_,
                          this->slots_);
    }

    StepOutcome replace(std::uint32_t step, Diff diff) noexcept {
        const std::uint32_t copies = place_rows(this->access_, this->tables_, this->mask(step + 1), this->sources_,
                                                this->slots_, diff, this->rows_);
        this->copier_.split(copies, [&](auto& to, std::uint32_t begin, std::uint32_t end) noexcept {
            for (std::uint32_t i = begin; i < end; ++i) {
                const std::uint32_t source = this->access_.load(Buffer::index, &this->sources_[i]);
                const std::uint32_t slot = this->access_.load(Buffer::index, &this->slots_[i]);
                if (i < diff.added) {
                    to.from_pool(source, slot);
                } else {
                    to.from_slab(source, slot);
                }
            }
        });
        this->rows_ = this->rows_ + diff.added - diff.removed;
        return {copies};
    }
};

/// `hybrid`: a diff decides between a paired step and a rebuild. A rebuild also rebuilds the slot tables, so that a
/// paired step may follow.
template <class Access>
class HybridLoop final : public PairedLoop<Access> {
public:
    explicit HybridLoop(const LoopSetup<Access>& setup) : PairedLoop<Access>(setup), tau_(setup.options.tau) {}

    StepOutcome step(std::uint32_t step) noexcept override {
        const Diff diff = this->diff(step);
        const std::uint32_t rows_after = this->rows_ + diff.added - diff.removed;
        const double k = static_cast<double>(diff.added) + static_cast<double>(diff.removed);
        if (!(k > tau_ * rows_after)) return this->replace(step, diff);
        this->rows_ = list_rows(this->access_, this->mask(step + 1), this->words_, this->sources_, &this->tables_);
        this->gather(this->sources_, this->rows_);
        return {this->rows_};
    }

private:
    double tau_;
};

} // namespace bytebound
