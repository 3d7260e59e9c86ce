#pragma once

#include <bit>
#include <cstdint>

#include "loops/replay.hpp"
#include "model/cache.hpp"
#include "model/hierarchy.hpp"

namespace bytebound {

/// Feeds the references of a replayed loop to a cache. Arena offsets become line numbers; every touched line counts,
/// including partial ones.
///
/// A row copy advances in chunks of one line's size from the row's start: first the source lines that the chunk is the
/// first to touch are loaded, then such destination lines are stored. If source and destination have the same offset
/// within a line, the sequence is load, store, load, store; otherwise the first chunk may load or store two lines, and
/// the last one may load or store none.
///
/// With non-temporal stores a copy advances by destination lines: source lines needed for the first time are loaded,
/// then a whole line is stored past the cache, a partial one normally (CopyMethod::nt).
template <class Cache>
class BasicTrafficObserver final : public AccessObserver {
public:
    /// `cache` must outlive the observer.
    explicit BasicTrafficObserver(Cache& cache, bool non_temporal_copies = false)
        : cache_(&cache), line_shift_(std::countr_zero(cache.geometry().line_bytes)),
          non_temporal_copies_(non_temporal_copies) {}

    void copy(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset, std::uint64_t bytes) override;
    void load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override;
    void store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override;

    /// Lines fetched and written back since the last call or since construction.
    LineCounts take();

private:
    void copy_non_temporal(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset,
                           std::uint64_t bytes);
    std::uint64_t line_of(std::uint64_t offset) const { return offset >> line_shift_; }
    /// Number of lines that [offset, offset + bytes) overlaps.
    std::uint64_t lines_in(std::uint64_t offset, std::uint64_t bytes) const;

    Cache* cache_;
    int line_shift_;
    bool non_temporal_copies_;
    LineCounts taken_;
};

using TrafficObserver = BasicTrafficObserver<CacheSim>;
using HierarchyObserver = BasicTrafficObserver<HierarchySim>;
extern template class BasicTrafficObserver<CacheSim>;
extern template class BasicTrafficObserver<HierarchySim>;

} // namespace bytebound
