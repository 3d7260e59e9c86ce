#include "workload/planned_trace.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace bytebound {

namespace {

Random random_of(const TraceSpec& spec, std::uint32_t segment) {
    std::uint64_t state = spec.workload.seed;
    state = splitmix64(state) ^ spec.k();
    state = splitmix64(state) ^ segment;
    return Random(splitmix64(state));
}

/// Makes a draw apply the planned changes, one after the other.
class PlannedSequence final : public MaskSequence {
public:
    PlannedSequence(std::span<const StepChange> changes, std::unique_ptr<RowDraw> draw)
        : changes_(changes), draw_(std::move(draw)) {}
    void step(std::span<std::uint64_t> mask) override { draw_->change(mask, changes_[next_++]); }

private:
    std::span<const StepChange> changes_; ///< owned by the source
    std::unique_ptr<RowDraw> draw_;
    std::size_t next_ = 0;
};

} // namespace

Result<std::unique_ptr<TraceSource>> PlannedTrace::make(const TraceSpec& spec, DrawMaker draw) {
    auto changes = TRY(plan_changes(spec.workload.pool_rows, spec.workload.active_rows, spec.change, spec.steps()));
    return std::make_unique<PlannedTrace>(spec, std::move(changes), draw);
}

PlannedTrace::PlannedTrace(const TraceSpec& spec, std::vector<StepChange> changes, DrawMaker draw)
    : TraceSource(spec), changes_(std::move(changes)), draw_(draw) {
    assert(spec.workload.pool_rows > 0 && spec.workload.active_rows <= spec.workload.pool_rows);
    assert(changes_.size() == spec.steps());
}

TraceBounds PlannedTrace::bounds() const { return bounds_of(spec().workload.active_rows, changes_); }

MeanChange PlannedTrace::expected() const { return mean_change(changes_, spec().warmup_steps); }

std::unique_ptr<MaskSequence> PlannedTrace::begin(std::uint32_t segment, std::span<std::uint64_t> mask) const {
    std::fill(mask.begin(), mask.end(), 0u);
    return std::make_unique<PlannedSequence>(changes_, draw_(mask, spec().workload, random_of(spec(), segment)));
}

} // namespace bytebound
