#include "workload/trace_store.hpp"

#include <algorithm>

namespace bytebound {

struct TraceStore::Segment {
    std::mutex mutex;                 ///< held during the first generation
    SharedChanges changes;            ///< null before the first generation
    std::vector<std::uint64_t> masks; ///< empty: there was no memory for them
};

TraceStore::TraceStore(std::uint64_t room_bytes) : room_bytes_(room_bytes) {}
TraceStore::~TraceStore() = default;

Result<SharedChanges> TraceStore::changes(const TraceSpec& spec, std::uint32_t segment, const StopPredicate& stop) {
    return fill({}, spec, segment, stop);
}

Result<SharedChanges> TraceStore::fill(std::span<std::uint64_t> masks, const TraceSpec& spec, std::uint32_t segment,
                                       const StopPredicate& stop) {
    Segment& found = segment_of(spec, segment);
    {
        const std::lock_guard lock(found.mutex);
        if (!found.changes) {
            const bool filled = TRY(generate(found, masks, spec, segment, stop));
            if (filled || !found.changes) return found.changes;
        }
    }
    if (masks.empty()) return found.changes;
    if (!found.masks.empty()) {
        std::copy(found.masks.begin(), found.masks.end(), masks.begin());
        return found.changes;
    }
    const auto source = TRY(make_source(spec));
    ++generated_;
    return generate_trace(masks, *source, segment, stop) ? found.changes : SharedChanges();
}

Result<bool> TraceStore::generate(Segment& to, std::span<std::uint64_t> masks, const TraceSpec& spec,
                                  std::uint32_t segment, const StopPredicate& stop) {
    const auto source = TRY(make_source(spec));
    const std::size_t words = trace_words(spec);
    const std::uint64_t bytes = words * sizeof(std::uint64_t);
    const bool kept = reserve(bytes);
    std::vector<std::uint64_t> room(kept ? words : 0);
    ++generated_;
    auto changes = kept            ? generate_trace(room, *source, segment, stop)
                   : masks.empty() ? count_trace(*source, segment, stop)
                                   : generate_trace(masks, *source, segment, stop);
    if (!changes) {
        if (kept) kept_bytes_ -= bytes;
        return false;
    }
    to.masks = std::move(room);
    to.changes = shared(spec, std::move(*changes));
    return !kept && !masks.empty();
}

TraceStore::Segment& TraceStore::segment_of(const TraceSpec& spec, std::uint32_t segment) {
    const std::lock_guard lock(mutex_);
    auto& found = segments_[{to_text(spec), segment}];
    if (!found) found = std::make_unique<Segment>();
    return *found;
}

bool TraceStore::reserve(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (bytes > room_bytes_ - kept_bytes_) return false;
    kept_bytes_ += bytes;
    return true;
}

SharedChanges TraceStore::shared(const TraceSpec& spec, std::vector<StepChange> changes) {
    const std::lock_guard lock(mutex_);
    SharedChanges& first = first_changes_[to_text(spec)];
    if (first && *first == changes) return first;
    auto own = std::make_shared<const std::vector<StepChange>>(std::move(changes));
    if (!first) first = own;
    return own;
}

} // namespace bytebound
