#pragma once
// Expected traffic of a loop below a cache, without replaying it. docs/traffic-model.md derives it.
//
// The cache is LRU. D(T) is the expected number of distinct lines that T consecutive steps touch. A reference whose
// line was last touched T steps ago hits if the lines of T steps fit (Che, Tung and Wang, "Hierarchical Web Caching
// Systems", IEEE JSAC 20(7), 2002; Fagin, "Asymptotic miss ratios over independent references", JCSS 14, 1977), and
// D(T + 1) - D(T) lines of a step were last touched more than T steps ago (Denning and Schwartz, "Properties of the
// working-set model", CACM 15(3), 1972). With a given number of ways the lines of T steps must fit their set, into
// which rows fall at random (Smith, "A comparative study of set associative memory mapping algorithms", IEEE TSE 4(2),
// 1978).

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "loops/traffic_descriptor.hpp"

namespace bytebound {

/// One cache, or several that hold their lines exclusively, and the memory below.
struct CacheBelow {
    std::uint32_t line_bytes = 64;
    std::uint64_t capacity_bytes = 0; ///< for an exclusive last level: including the private levels above it
    std::uint32_t ways = 0;           ///< 0: fully associative
    /// Lines read per line that ordinary stores miss: 1 with write-allocate (Ceilings::write_allocate).
    double write_allocate_factor = 1;
    bool operator==(const CacheBelow&) const = default;
};

/// The steps of a phase, which starts with an empty cache.
struct PhaseSteps {
    std::uint64_t warmup = 0;
    std::uint64_t measured = 0;
    bool evicted_between = false; ///< the cache is swept after every step
};

/// Bytes per step between the cache and the memory below, split as in the ledger.
struct TrafficParts {
    double cold_reads = 0;     ///< pool lines read for the first time in the phase
    double write_allocate = 0; ///< slab lines fetched for a store
    double write_back = 0;     ///< slab lines written back or written by non-temporal stores
    double refetch = 0;        ///< other pool and slab lines fetched
    double metadata = 0;       ///< reads and write-backs of masks, lists and tables
    bool operator==(const TrafficParts&) const = default;
};

struct BufferBytes {
    double read = 0, written = 0;
    bool operator==(const BufferBytes&) const = default;
};

/// Means over the measured steps, in bytes per step.
struct ClosedForm {
    double requested_load_bytes = 0, requested_store_bytes = 0; ///< of rows
    double metadata_load_bytes = 0, metadata_store_bytes = 0;   ///< also requested
    double read_bytes = 0, write_bytes = 0;                     ///< below the cache
    /// Fraction of a step's pool and slab lines that are not cached, or that bypass the cache.
    double missed_row_share = 0;
    TrafficParts parts;
    std::array<BufferBytes, buffer_count> by_buffer{};
    bool operator==(const ClosedForm&) const = default;
    double requested_bytes() const { return requested_load_bytes + requested_store_bytes; }
    double metadata_bytes() const { return metadata_load_bytes + metadata_store_bytes; }
};

/// D(steps): the expected number of distinct lines touched by this many consecutive steps.
double distinct_lines(const TrafficStream& stream, double steps, std::uint32_t line_bytes);
double distinct_lines(const TrafficDescriptor& traffic, double steps, std::uint32_t line_bytes);

ClosedForm closed_form(const TrafficDescriptor& traffic, const CacheBelow& cache, const PhaseSteps& phase);

} // namespace bytebound
