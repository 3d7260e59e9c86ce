#pragma once
// Source of a trace's masks.

#include <cstdint>
#include <memory>
#include <span>

#include "base/error.hpp"
#include "workload/trace_spec.hpp"

namespace bytebound {

/// One segment in progress: yields one mask after the other.
class MaskSequence {
public:
    virtual ~MaskSequence() = default;
    /// Replaces the active set before the step in `mask` by the one after it.
    virtual void step(std::span<std::uint64_t> mask) = 0;
};

/// The traces of one TraceSpec. A and R of a step are counted from its masks; before masks exist, a source only has
/// upper bounds and expected values.
class TraceSource {
public:
    explicit TraceSource(const TraceSpec& spec) : spec_(spec) {}
    virtual ~TraceSource() = default;

    const TraceSpec& spec() const { return spec_; }
    virtual TraceBounds bounds() const = 0;
    /// Means per measured step.
    virtual MeanChange expected() const = 0;
    /// Writes a segment's initial set into `mask` (mask_words(N) words). Equal specs and segments give equal masks on
    /// every machine.
    virtual std::unique_ptr<MaskSequence> begin(std::uint32_t segment, std::span<std::uint64_t> mask) const = 0;

private:
    TraceSpec spec_;
};

/// The source for the spec's pattern. Errors (usage): unknown pattern; parameters or changes that it rejects.
Result<std::unique_ptr<TraceSource>> make_source(const TraceSpec& spec);

} // namespace bytebound
