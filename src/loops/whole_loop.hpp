#pragma once

#include "loops/loop_base.hpp"
#include "loops/traffic_describer.hpp"

namespace bytebound {

/// `whole`: new mask -> ascending id list and slot tables -> gather of all m rows. It keeps everything that `paired`
/// keeps and stores everything that `index` stores: an upper bound.
template <class Access>
class WholeLoop final : public LoopBase<Access> {
public:
    using LoopBase<Access>::LoopBase;

    void reset(std::span<const StepChange>) override { this->pack(this->sources_, &this->tables_); }

    StepOutcome step(std::uint32_t step) noexcept override {
        this->rows_ = list_rows(this->access_, this->mask(step + 1), this->words_, this->sources_, &this->tables_);
        this->gather(this->sources_, this->rows_);
        return {this->rows_};
    }

    std::span<const std::uint32_t> ids() const override { return {this->sources_, this->rows_}; }
};

inline std::optional<Unmodelled> describe_whole(TrafficDescriber& to) {
    const double rows = to.means().active_rows;
    to.masks(1, false);
    to.list(rows, rows, rows);
    to.tables_of_all_rows();
    to.gathered_rows();
    return {};
}

} // namespace bytebound
