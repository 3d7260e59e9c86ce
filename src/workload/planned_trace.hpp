#pragma once
// Patterns that change a planned number of rows in every step and draw only which ones.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "workload/trace_source.hpp"

namespace bytebound {

/// Chooses the rows of one segment.
class RowDraw {
public:
    virtual ~RowDraw() = default;
    /// Flips `added` inactive rows of `mask` on and `removed` active ones off. The change fits.
    virtual void change(std::span<std::uint64_t> mask, StepChange change) = 0;
};

/// Sets the m rows of the initial set in `mask`, which is empty, and stands ready for the first step.
using DrawMaker = std::unique_ptr<RowDraw> (*)(std::span<std::uint64_t> mask, const WorkloadSpec& workload,
                                               Random random);

/// Random numbers: xoshiro256** seeded through splitmix64 from (seed, k, segment). Nothing depends on the standard
/// library's distributions.
class PlannedTrace final : public TraceSource {
public:
    /// Changes by the spec's rule. Error: that of plan_changes().
    static Result<std::unique_ptr<TraceSource>> make(const TraceSpec& spec, DrawMaker draw);
    /// Changes as given, which must fit: added <= inactive rows, removed <= active rows.
    PlannedTrace(const TraceSpec& spec, std::vector<StepChange> changes, DrawMaker draw);

    TraceBounds bounds() const override;
    MeanChange expected() const override;
    std::unique_ptr<MaskSequence> begin(std::uint32_t segment, std::span<std::uint64_t> mask) const override;

private:
    std::vector<StepChange> changes_;
    DrawMaker draw_;
};

inline void flip_row(std::span<std::uint64_t> mask, std::uint32_t id) {
    mask[id / 64] ^= std::uint64_t{1} << (id % 64);
}

} // namespace bytebound
