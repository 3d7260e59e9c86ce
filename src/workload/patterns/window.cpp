#include "workload/patterns.hpp"
#include "workload/planned_trace.hpp"

namespace bytebound {
namespace {

/// Rows from `first_` on, in order of ids and cyclic over the pool: the oldest are removed, the next ids are added.
class SlidingWindow final : public RowDraw {
public:
    SlidingWindow(std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random)
        : pool_rows_(workload.pool_rows), first_(random.below(workload.pool_rows)), active_rows_(workload.active_rows) {
        flip(mask, first_, active_rows_);
    }

    void change(std::span<std::uint64_t> mask, StepChange change) override {
        flip(mask, at(active_rows_), change.added);
        flip(mask, first_, change.removed);
        first_ = at(change.removed);
        active_rows_ += change.added - change.removed;
    }

private:
    /// The id `rows` after the window's first one.
    std::uint32_t at(std::uint64_t rows) const { return static_cast<std::uint32_t>((first_ + rows) % pool_rows_); }
    void flip(std::span<std::uint64_t> mask, std::uint32_t id, std::uint32_t rows) const {
        for (; rows > 0; --rows, id = id + 1 == pool_rows_ ? 0 : id + 1)
            flip_row(mask, id);
    }

    std::uint32_t pool_rows_, first_, active_rows_;
};

} // namespace

extern const PatternEntry window_pattern = {
    "window", "a window that slides over the ids, as in a KV cache", false, no_parameters, [](const TraceSpec& spec) {
        return PlannedTrace::make(
            spec,
            [](std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random) -> std::unique_ptr<RowDraw> {
                return std::make_unique<SlidingWindow>(mask, workload, random);
            });
    }};

} // namespace bytebound
