#include "workload/trace.hpp"

#include <algorithm>
#include <cassert>

namespace bytebound {

namespace {

/// Applies all steps; `place` returns the location of the mask after step s. Asserts that the counts are within the
/// bounds for which memory was reserved.
template <class Place>
std::optional<std::vector<StepChange>> walk_trace(const TraceSource& source, std::uint32_t segment,
                                                  const StopPredicate& stop, const Place& place) {
    std::span<std::uint64_t> mask = place(0);
    const auto sequence = source.begin(segment, mask);
    std::vector<StepChange> changes;
    changes.reserve(source.spec().steps());
    for (std::uint32_t step = 0; step < source.spec().steps(); ++step) {
        if (stop && stop()) return {};
        const std::span<std::uint64_t> next = place(step + 1);
        std::copy(mask.begin(), mask.end(), next.begin());
        sequence->step(next);
        changes.push_back(count_change(mask, next));
        mask = next;
    }
    [[maybe_unused]] const TraceBounds reserved = source.bounds();
    [[maybe_unused]] const TraceBounds used = bounds_of(source.spec().workload.active_rows, changes);
    assert(used.added <= reserved.added && used.removed <= reserved.removed);
    assert(used.active_rows <= reserved.active_rows && used.bound_rows <= reserved.bound_rows);
    return changes;
}

} // namespace

std::size_t trace_words(const TraceSpec& spec) {
    return (std::size_t{spec.steps()} + 1) * mask_words(spec.workload.pool_rows);
}

std::optional<std::vector<StepChange>> generate_trace(std::span<std::uint64_t> masks, const TraceSource& source,
                                                      std::uint32_t segment, const StopPredicate& stop) {
    assert(masks.size() >= trace_words(source.spec()));
    const std::size_t words = mask_words(source.spec().workload.pool_rows);
    return walk_trace(source, segment, stop, [&](std::uint32_t step) { return masks.subspan(step * words, words); });
}

std::optional<std::vector<StepChange>> count_trace(const TraceSource& source, std::uint32_t segment,
                                                   const StopPredicate& stop) {
    const std::size_t words = mask_words(source.spec().workload.pool_rows);
    std::vector<std::uint64_t> two(2 * words);
    return walk_trace(source, segment, stop,
                      [&](std::uint32_t step) { return std::span(two).subspan(step % 2 * words, words); });
}

} // namespace bytebound
