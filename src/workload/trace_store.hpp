#pragma once
// The traces of a run, each generated once for all replays and measurements.

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

/// Keeps the masks of as many segments as fit into its memory limit, first come, first served, and the changes of all
/// segments. A segment without masks is generated again whenever they are requested. Thread-safe: a request for a
/// segment that another thread is generating waits for it.
class TraceStore {
public:
    explicit TraceStore(std::uint64_t room_bytes);
    ~TraceStore();
    TraceStore(const TraceStore&) = delete;
    TraceStore& operator=(const TraceStore&) = delete;

    /// The changes of a segment, counted from its masks. Null if `stop` ended it. Error: as in make_source().
    Result<SharedChanges> changes(const TraceSpec& spec, std::uint32_t segment, const StopPredicate& stop = {});
    /// Also writes the masks into `masks` (at least trace_words() words). If `stop` ended it, they must not be used.
    Result<SharedChanges> fill(std::span<std::uint64_t> masks, const TraceSpec& spec, std::uint32_t segment,
                               const StopPredicate& stop = {});

    std::uint64_t generated() const { return generated_; } ///< number of segment generations so far
    std::uint64_t kept_bytes() const { return kept_bytes_; }

private:
    struct Segment;
    Segment& segment_of(const TraceSpec& spec, std::uint32_t segment);
    bool reserve(std::uint64_t bytes);
    /// First generation, with the segment locked. Returns whether `masks` contain it; no changes: `stop` ended it.
    Result<bool> generate(Segment& to, std::span<std::uint64_t> masks, const TraceSpec& spec, std::uint32_t segment,
                          const StopPredicate& stop);
    SharedChanges shared(const TraceSpec& spec, std::vector<StepChange> changes);

    const std::uint64_t room_bytes_;
    std::atomic<std::uint64_t> generated_ = 0, kept_bytes_ = 0;
    std::mutex mutex_; ///< guards the maps
    std::map<std::pair<std::string, std::uint32_t>, std::unique_ptr<Segment>> segments_;
    std::map<std::string, SharedChanges> first_changes_; ///< per spec: segments with equal changes share them
};

} // namespace bytebound
