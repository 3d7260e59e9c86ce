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
    /// Sets `added` inactive rows of `mask` and clears `removed` active ones. The change must fit.
    virtual void change(std::span<std::uint64_t> mask, StepChange change) = 0;
};

/// Sets the m rows of the initial set in `mask`, which is empty, and returns a draw ready for the first step.
using DrawMaker = std::unique_ptr<RowDraw> (*)(std::span<std::uint64_t> mask, const WorkloadSpec& workload,
                                               Random random);

/// Random numbers are from xoshiro256**, seeded through splitmix64 with (seed, k, segment). The standard library's
/// distributions are not used, because they differ between implementations.
class PlannedTrace final : public TraceSource {
public:
    /// Plans the changes by the spec's rule. Error: as in plan_changes().
    static Result<std::unique_ptr<TraceSource>> make(const TraceSpec& spec, DrawMaker draw);
    /// Uses the given changes, which must fit: added <= inactive rows, removed <= active rows.
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
