#pragma once

#include <array>
#include <cstdint>
#include <numeric>

#include "loops/workspace.hpp"

namespace bytebound {

/// Lines that crossed the cache's lower side: fetched for, and written back from, each buffer. A line written to memory
/// by a non-temporal store counts as written back.
struct LineCounts {
    std::array<std::uint64_t, buffer_count> fetched{};
    std::array<std::uint64_t, buffer_count> written_back{};
    std::uint64_t cold_reads = 0;      ///< part of fetched[pool]: lines read for the first time in the phase
    std::uint64_t write_allocated = 0; ///< part of fetched[slab]: for a store
    std::uint64_t fetched_total() const { return std::accumulate(fetched.begin(), fetched.end(), std::uint64_t{0}); }
    std::uint64_t written_back_total() const {
        return std::accumulate(written_back.begin(), written_back.end(), std::uint64_t{0});
    }
    /// The difference to `earlier`, a previous reading of the same counts.
    LineCounts since(const LineCounts& earlier) const {
        LineCounts difference = *this;
        for (std::size_t i = 0; i < buffer_count; ++i) {
            difference.fetched[i] -= earlier.fetched[i];
            difference.written_back[i] -= earlier.written_back[i];
        }
        difference.cold_reads -= earlier.cold_reads;
        difference.write_allocated -= earlier.write_allocated;
        return difference;
    }
    bool operator==(const LineCounts&) const = default;
};

} // namespace bytebound
