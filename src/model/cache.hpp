#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "loops/workspace.hpp"
#include "model/cache_geometry.hpp"
#include "model/cache_kernel.hpp"
#include "model/line_counts.hpp"
#include "model/line_set.hpp"

namespace bytebound {

/// A last-level cache: LRU, write-allocate, write-back, attributing every line to the buffer that owns its address.
/// Single-threaded; starts empty. Line numbers are addresses divided by the line size; a line belongs to one buffer.
///
/// Private levels are not modelled, because they do not change the line counts of row copies below them. Compared with
/// a simulator that also has a first level (valgrind's), fetched and written-back lines agreed within 0.01 %: a row
/// copy touches a line once, and the next touch comes after far more data than a private level holds.
class CacheSim {
public:
    /// `geometry` must have passed check().
    explicit CacheSim(const CacheGeometry& geometry);
    /// With a given inner loop, which must run here and fit the ways: for tests and benchmarks of the slower ones.
    CacheSim(const CacheGeometry& geometry, const CacheKernel& kernel);

    const CacheGeometry& geometry() const { return geometry_; }
    /// Upper limit of line numbers, exclusive (2^28 - 1 times the number of sets: 16 GiB of addresses for a single
    /// set).
    static std::uint64_t line_limit(const CacheGeometry& geometry);

    void load(Buffer buffer, std::uint64_t line) { touch(buffer, line, 1, false); }
    void store(Buffer buffer, std::uint64_t line) { touch(buffer, line, 1, true); }
    /// Loads lines [first, first + lines) in ascending order.
    void load_range(Buffer buffer, std::uint64_t first, std::uint64_t lines) { touch(buffer, first, lines, false); }
    void store_range(Buffer buffer, std::uint64_t first, std::uint64_t lines) { touch(buffer, first, lines, true); }
    /// Loads lines [from, from + lines) and stores lines [to, to + lines), alternating: load from+i, store to+i.
    void copy(Buffer from_buffer, std::uint64_t from, Buffer to_buffer, std::uint64_t to, std::uint64_t lines);
    /// Non-temporal store of a whole line: it goes to memory unread, and the cache does not keep it. A cached copy is
    /// overwritten, so that even a dirty one is written back only once.
    void nt_store(Buffer buffer, std::uint64_t line);
    /// Evicts everything: dirty lines count as written back, and the cache is empty afterwards.
    void evict_all();

    /// Counts since construction. A cold read is the fetch of a pool line that the cache has never held; evict_all()
    /// does not reset that.
    LineCounts counts() const;
    /// Line references since construction: every load and store of a line.
    std::uint64_t references() const { return references_; }
    /// Number of dirty lines of each buffer in the cache.
    std::array<std::uint64_t, buffer_count> dirty_lines() const;

private:
    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };
    struct Place;
    Place locate(Buffer buffer, std::uint64_t line, bool dirty) const;
    void touch(Buffer buffer, std::uint64_t first, std::uint64_t lines, bool dirty);
    std::size_t words() const;

    CacheGeometry geometry_;
    const CacheKernel* kernel_;
    std::uint64_t sets_;
    int set_shift_; ///< log2 of sets_, or -1
    std::size_t stride_;
    std::unique_ptr<std::uint32_t[], Free> words_; ///< sets_ * stride_, see cache_kernel.hpp
    /// indexed by the referenced buffer
    std::array<RunCounts, buffer_count> loads_, stores_;
    RunCounts swept_;                                    ///< by evict_all()
    std::array<std::uint64_t, buffer_count> streamed_{}; ///< by nt_store()
    LineSet held_;                                       ///< pool lines held so far
    std::uint64_t cold_reads_ = 0;
    std::uint64_t references_ = 0;
};

} // namespace bytebound
