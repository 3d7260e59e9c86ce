#pragma once
// The traces of a run, each generated once for all who replay or measure it.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "workload/trace.hpp"

namespace bytebound {

/// Keeps the masks of as many segments as its room holds, first come, first kept, and the changes of all. A segment for
/// which there is no room is generated again whenever its masks are asked for. Several threads may ask at once: who
/// asks for a segment that another one is generating waits for it.
class TraceStore {
public:
    explicit TraceStore(std::uint64_t room_bytes);
    ~TraceStore();
    TraceStore(const TraceStore&) = delete;
    TraceStore& operator=(const TraceStore&) = delete;

    /// The changes of a segment, counted from its masks. Null when `stop` ended it. Error: that of make_source().
    Result<SharedChanges> changes(const TraceSpec& spec, std::uint32_t segment, const StopPredicate& stop = {});
    /// Puts the masks into `masks` (trace_words() words or more), too. When `stop` ended it they must not be used.
    Result<SharedChanges> fill(std::span<std::uint64_t> masks, const TraceSpec& spec, std::uint32_t segment,
                               const StopPredicate& stop = {});

    std::uint64_t generated() const { return generated_; } ///< how many times a segment was, up to now
    std::uint64_t kept_bytes() const { return kept_bytes_; }

private:
    struct Segment;
    Segment& segment_of(const TraceSpec& spec, std::uint32_t segment);
    bool reserve(std::uint64_t bytes);
    /// For the first time, with the segment locked. Whether `masks` hold it now; no changes: `stop` ended it.
    Result<bool> generate(Segment& to, std::span<std::uint64_t> masks, const TraceSpec& spec, std::uint32_t segment,
                          const StopPredicate& stop);
    SharedChanges shared(const TraceSpec& spec, std::vector<StepChange> changes);

    const std::uint64_t room_bytes_;
    std::atomic<std::uint64_t> generated_ = 0, kept_bytes_ = 0;
    std::mutex mutex_; ///< guards the maps
    std::map<std::pair<std::string, std::uint32_t>, std::unique_ptr<Segment>> segments_;
    std::map<std::string, SharedChanges> first_changes_; ///< of a spec: segments that change alike share them
};

} // namespace bytebound
