#include "workload/patterns/random.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "workload/patterns.hpp"

namespace bytebound {

namespace {

/// Ids 0 .. N-1 with the active ones first, so that uniform draws without replacement are swaps.
class RandomRows final : public RowDraw {
public:
    RandomRows(std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random)
        : ids_(workload.pool_rows), active_(workload.active_rows), random_(random) {
        std::iota(ids_.begin(), ids_.end(), 0u);
        for (std::uint32_t i = 0; i < active_; ++i) {
            std::swap(ids_[i], ids_[i + random_.below(workload.pool_rows - i)]);
            flip_row(mask, ids_[i]);
        }
    }

    void change(std::span<std::uint64_t> mask, StepChange change) override {
        const auto inactive = static_cast<std::uint32_t>(ids_.size()) - active_;
        // The removed rows are moved to the end of the active ones, the added rows to the start of the inactive ones
        // ...
        for (std::uint32_t i = 0; i < change.removed; ++i) {
            const std::uint32_t last = active_ - 1 - i;
            std::swap(ids_[last], ids_[random_.below(last + 1)]);
            flip_row(mask, ids_[last]);
        }
        for (std::uint32_t i = 0; i < change.added; ++i) {
            std::swap(ids_[active_ + i], ids_[active_ + i + random_.below(inactive - i)]);
            flip_row(mask, ids_[active_ + i]);
        }
        // ... and the two ranges are swapped.
        const auto middle = ids_.begin() + active_;
        std::rotate(middle - change.removed, middle, middle + change.added);
        active_ = active_ - change.removed + change.added;
    }

private:
    std::vector<std::uint32_t> ids_;
    std::uint32_t active_;
    Random random_;
};

} // namespace

std::unique_ptr<RowDraw> draw_random_rows(std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random) {
    return std::make_unique<RandomRows>(mask, workload, random);
}

extern const PatternEntry random_pattern = {
    "random", "rows drawn uniformly, independent of each other", true, no_parameters,
    [](const TraceSpec& spec) { return PlannedTrace::make(spec, draw_random_rows); }};

} // namespace bytebound
