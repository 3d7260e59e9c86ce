#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/hierarchy_spec.hpp"
#include "model/hierarchy_tags.hpp"
#include "model/line_counts.hpp"
#include "model/line_set.hpp"

namespace bytebound {

enum class CacheLevel : std::uint8_t { l1, l2, llc };
inline constexpr std::size_t cache_level_count = 3;

/// Activity of one level, summed over all workers. Lines move through its lower side: towards L2 for L1, towards LLC
/// and memory for the outermost private level, towards memory for the LLC.
struct LevelLines {
    std::uint64_t hits = 0, misses = 0; ///< of references that reach the level; prefetches are not counted
    std::uint64_t up = 0;               ///< lines fetched from below
    std::uint64_t down = 0;             ///< dirty lines written below; for the LLC, including non-temporal stores
    std::uint64_t victims = 0;          ///< clean lines evicted into an exclusive or victim LLC
    LevelLines& add(const LevelLines& later, const LevelLines& earlier);
    bool operator==(const LevelLines&) const = default;
};

struct HierarchyLines {
    std::array<LevelLines, cache_level_count> levels{}; ///< by CacheLevel; zeros for a missing level
    std::uint64_t prefetched = 0;                       ///< part of the lines fetched from memory
    std::uint64_t handed_over = 0;                      ///< lines supplied by another worker's caches instead of memory
    std::uint64_t invalidated = 0;                      ///< copies that a worker lost to another worker's store
    std::uint64_t back_invalidated = 0; ///< copies that a worker lost because an inclusive LLC evicted the line
    /// Adds the difference between two readings.
    HierarchyLines& add(const HierarchyLines& later, const HierarchyLines& earlier);
    bool operator==(const HierarchyLines&) const = default;
};

/// Private caches of every worker and a shared LLC; LRU, write-allocate, write-back, each line attributed to the buffer
/// that owns its address. Starts empty. Single-threaded: worker() selects whose references follow.
///
/// A reference looks up the worker's L1, L2 and the LLC in this order. The level that has the line makes it the most
/// recent one; then every private level above receives it, the outer one first. Stores make the L1 line dirty. A
/// private level evicts a dirty line into the next level (allocating there; a write-back counts as a use of that line)
/// and drops a clean one. L2 does not include L1. LLC policies:
/// - non_inclusive: a fetched line fills the LLC and the private levels.
/// - inclusive: the same; evicting an LLC line removes it from all private caches, and a dirty copy there is written to
///   memory.
/// - exclusive: a fetched line fills only the private levels. L2 includes L1, and every line that L2 evicts, clean or
///   dirty, goes into the LLC. A hit removes the line from the LLC and passes its dirty bit on, unless another worker's
///   caches also have the line.
/// - victim: as exclusive, but a hit leaves the line in the LLC, and the private copies are clean.
///
/// Workers follow MESI. A store removes the line from the other workers' caches; dirty data moves with it. A load of a
/// line that is dirty in another worker's caches cleans that copy and writes the data to the LLC (allocating). A line
/// that only another worker's caches have is supplied by them, not by memory.
///
/// Prefetch::next_line: after a demand reference that reaches the LLC (without private levels: that misses it), the
/// next line of the same 4 KiB page, unless in the worker's private caches, is looked up and fetched like a load, into
/// the LLC according to its policy and into the outermost private level. It counts in `fetched` of its buffer; in
/// cold_reads if it is a pool line never held before; in write_allocated if a store triggered it.
///
/// nt_store(): a whole line goes to memory unread and is removed from every cache; a dirty copy is overwritten, not
/// written back.
class HierarchySim {
public:
    /// `spec` must have passed check(). Line numbers are below `lines`, which is at most line_limit(spec).
    HierarchySim(const HierarchySpec& spec, std::uint64_t lines);

    const HierarchySpec& spec() const { return spec_; }
    const CacheGeometry& geometry() const { return spec_.llc; }
    static std::uint64_t line_limit(const HierarchySpec& spec);
    /// Memory for its tables, for planning.
    static double memory_bytes(const HierarchySpec& spec, double lines);

    /// Selects the worker of the following references; initially 0.
    void worker(unsigned worker) { worker_ = worker; }

    void load(Buffer buffer, std::uint64_t line) { reference(buffer, line, false); }
    void store(Buffer buffer, std::uint64_t line) { reference(buffer, line, true); }
    void load_range(Buffer buffer, std::uint64_t first, std::uint64_t lines);
    void store_range(Buffer buffer, std::uint64_t first, std::uint64_t lines);
    void copy(Buffer from_buffer, std::uint64_t from, Buffer to_buffer, std::uint64_t to, std::uint64_t lines);
    void nt_store(Buffer buffer, std::uint64_t line);
    /// Empties every cache of every worker; each dirty line is written back once.
    void evict_all();

    /// Lines fetched from and written to memory, with the definitions of CacheSim.
    const LineCounts& counts() const { return counts_; }
    HierarchyLines lines() const;
    std::uint64_t references() const { return references_; }
    /// Number of lines of each buffer that are dirty in any cache, without duplicates.
    std::array<std::uint64_t, buffer_count> dirty_lines() const;

private:
    using State = TagArray::State;
    /// The possible holder of a line in private caches: nobody, worker h - 1, or several, whose copies are all clean.
    using Holder = std::uint16_t;
    static constexpr Holder nobody = 0, several = 0xffff;
    struct Reach {
        Buffer buffer;
        std::uint64_t line;
        bool store;     ///< it becomes dirty
        bool for_store; ///< it is fetched for a store
        bool prefetch;
    };

    void reference(Buffer buffer, std::uint64_t line, bool store);
    bool find_in_llc(const Reach& reach, bool shared, State& dirty);
    void reach_llc(const Reach& reach);
    void fetch(const Reach& reach);
    void prefetch_after(const Reach& demand);
    void fill(std::size_t level, std::uint64_t line, State state);
    void leave_private(std::size_t level, TagArray::Evicted evicted);
    void leave_llc(TagArray::Evicted evicted);
    void write_into_llc(std::uint64_t line, State state);

    bool has_private() const { return levels_ != 0; }
    bool fills_llc() const { return spec_.policy == LlcPolicy::non_inclusive || spec_.policy == LlcPolicy::inclusive; }
    TagArray& tags(unsigned worker, std::size_t level) { return tags_[worker * levels_ + level]; }
    const TagArray& tags(unsigned worker, std::size_t level) const { return tags_[worker * levels_ + level]; }
    LevelLines& lines_of(std::size_t level) { return private_lines_[level]; }
    Holder mine() const { return static_cast<Holder>(worker_ + 1); }
    template <class Visit>
    void for_each_other(std::uint64_t line, const Visit& visit);
    bool take_from_others(std::uint64_t line);
    bool share_with_others(std::uint64_t line, State state);
    State remove_from(unsigned worker, std::uint64_t line);
    template <class Visit>
    void for_each_dirty(const Visit& visit) const;

    HierarchySpec spec_;
    std::size_t levels_; ///< private levels per worker: 0, 1 or 2
    std::uint64_t lines_per_page_;
    std::vector<TagArray> tags_; ///< by worker, inner level first
    TagArray llc_;
    std::vector<Holder> holders_; ///< by line; empty for one worker. A holder may already have evicted the line.
    unsigned worker_ = 0;

    LineCounts counts_;
    LineSet held_; ///< pool lines held so far
    std::uint64_t references_ = 0;
    std::array<LevelLines, 2> private_lines_{};
    std::uint64_t llc_hits_ = 0, llc_misses_ = 0;
    std::uint64_t prefetched_ = 0, handed_over_ = 0, invalidated_ = 0, back_invalidated_ = 0;
};

} // namespace bytebound
