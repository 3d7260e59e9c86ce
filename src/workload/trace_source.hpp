#pragma once
// Where the masks of a trace come from.

#include <cstdint>
#include <memory>
#include <span>

#include "base/error.hpp"
#include "workload/trace_spec.hpp"

namespace bytebound {

/// One segment on its way: yields a mask after the other.
class MaskSequence {
public:
    virtual ~MaskSequence() = default;
    /// `mask` holds the active set before the next step; afterwards the one after it.
    virtual void step(std::span<std::uint64_t> mask) = 0;
};

/// The traces of one TraceSpec. A and R of a step are what its masks say; before there are masks, a source states only
/// what it may need at most, and what it expects.
class TraceSource {
public:
    explicit TraceSource(const TraceSpec& spec) : spec_(spec) {}
    virtual ~TraceSource() = default;

    const TraceSpec& spec() const { return spec_; }
    virtual TraceBounds bounds() const = 0;
    /// Per measured step.
    virtual MeanChange expected() const = 0;
    /// Writes the initial set of a segment into `mask` (mask_words(N) words). Equal specs and segments give equal masks
    /// on every machine.
    virtual std::unique_ptr<MaskSequence> begin(std::uint32_t segment, std::span<std::uint64_t> mask) const = 0;

private:
    TraceSpec spec_;
};

/// The source of the spec's pattern. Errors (usage): no such pattern; its parameters or changes that it refuses.
Result<std::unique_ptr<TraceSource>> make_source(const TraceSpec& spec);

} // namespace bytebound
