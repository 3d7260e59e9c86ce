#pragma once

#include <vector>

#include "loops/loop_base.hpp"

namespace bytebound {

/// `index`: new mask -> ascending id list -> gather of all m rows.
template <class Access>
class IndexLoop final : public LoopBase<Access> {
public:
    using LoopBase<Access>::LoopBase;

    void reset(std::span<const StepChange>) override { this->pack(this->sources_, nullptr); }

    StepOutcome step(std::uint32_t step) noexcept override {
        this->rows_ = list_rows(this->access_, this->mask(step + 1), this->words_, this->sources_, nullptr);
        this->gather(this->sources_, this->rows_);
        return {this->rows_};
    }

    std::span<const std::uint32_t> ids() const override { return {this->sources_, this->rows_}; }
};

/// `mask`: new mask -> scan that copies each row as soon as it is found.
template <class Access>
class MaskLoop final : public LoopBase<Access> {
public:
    using LoopBase<Access>::LoopBase;

    void reset(std::span<const StepChange>) override {
        this->pack(this->sources_, nullptr);
        now_ = 0;
    }

    StepOutcome step(std::uint32_t step) noexcept override {
        now_ = step + 1;
        const std::uint64_t* words = this->mask(now_);
        // A team needs the number of rows to split them; a single worker does not.
        const std::uint32_t rows = this->copier_.workers() > 1 ? count(words) : 0;
        if (this->copier_.is_shared(rows)) {
            this->copier_.split(rows,
                                [&](auto& to, std::uint32_t begin, std::uint32_t end) { scan(to, words, begin, end); });
            this->rows_ = rows;
        } else {
            this->copier_.alone([&](auto& to) { this->rows_ = scan(to, words, 0, this->pool_rows_); });
        }
        return {this->rows_};
    }

    /// The scan keeps no list. It is made here from the mask of the last step, outside of the measured region.
    std::span<const std::uint32_t> ids() const override {
        ids_.resize(this->rows_);
        list_rows(Unwatched(CopyMethod::memcpy), this->mask(now_), this->words_, ids_.data(), nullptr);
        return ids_;
    }

private:
    std::uint32_t count(const std::uint64_t* words) const noexcept {
        std::uint32_t rows = 0;
        for (std::size_t w = 0; w < this->words_; ++w) {
            rows += static_cast<std::uint32_t>(std::popcount(this->access_.load(Buffer::mask, &words[w])));
        }
        return rows;
    }

    /// Copies the rows of slots [begin, end) and returns the slot before which it stopped.
    template <class Rows>
    std::uint32_t scan(Rows& to, const std::uint64_t* words, std::uint32_t begin, std::uint32_t end) const noexcept {
        std::uint32_t slot = 0;
        for (std::size_t w = 0; w < this->words_ && slot < end; ++w) {
            const std::uint64_t word = this->access_.load(Buffer::mask, &words[w]);
            if (begin > 0) {
                const auto here = static_cast<std::uint32_t>(std::popcount(word));
                if (slot + here <= begin) {
                    slot += here;
                    continue;
                }
            }
            for_each_bit(word, w, [&](std::uint32_t id) {
                if (slot >= begin && slot < end) to.from_pool(id, slot);
                ++slot;
            });
        }
        return slot;
    }

    std::uint32_t now_ = 0;
    mutable std::vector<std::uint32_t> ids_;
};

} // namespace bytebound
