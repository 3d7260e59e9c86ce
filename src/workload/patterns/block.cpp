#include "workload/patterns/block.hpp"

#include <algorithm>
#include <bit>

#include "workload/patterns.hpp"

namespace bytebound {

namespace {

class RowBlocks final : public RowDraw {
public:
    RowBlocks(std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random)
        : pool_rows_(workload.pool_rows), random_(random), before_(mask.size()) {
        const std::vector<std::uint64_t> nothing(mask.size(), 0);
        flip_first(mask, nothing, false, workload.active_rows);
    }

    void change(std::span<std::uint64_t> mask, StepChange change) override {
        std::copy(mask.begin(), mask.end(), before_.begin());
        flip_first(mask, before_, true, change.removed);
        flip_first(mask, before_, false, change.added);
    }

private:
    /// Flips in `mask` the first `count` ids at or after a drawn one (wrapping) whose bit in `before` equals `set`.
    void flip_first(std::span<std::uint64_t> mask, std::span<const std::uint64_t> before, bool set,
                    std::uint32_t count) {
        std::uint32_t id = random_.below(pool_rows_);
        while (count > 0) {
            const std::uint64_t word = set ? before[id / 64] : ~before[id / 64];
            const auto left = word >> (id % 64);
            if (left == 0) {
                id = (id / 64 + 1) * 64;
            } else {
                id += static_cast<std::uint32_t>(std::countr_zero(left));
                if (id < pool_rows_) {
                    flip_row(mask, id++);
                    --count;
                }
            }
            if (id >= pool_rows_) id = 0;
        }
    }

    std::uint32_t pool_rows_;
    Random random_;
    std::vector<std::uint64_t> before_;
};

} // namespace

std::unique_ptr<RowDraw> draw_row_blocks(std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random) {
    return std::make_unique<RowBlocks>(mask, workload, random);
}

extern const PatternEntry block_pattern = {
    "block", "ranges of consecutive rows", false, no_parameters,
    [](const TraceSpec& spec) { return PlannedTrace::make(spec, draw_row_blocks); }};

} // namespace bytebound
