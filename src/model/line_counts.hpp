#pragma once

#include <array>
#include <cstdint>
#include <numeric>

#include "loops/workspace.hpp"

namespace bytebound {

/// Lines that crossed the cache's lower side: fetched for, and written back of, each buffer. A line that a non-temporal
/// store sends to memory counts as written back.
struct LineCounts {
    std::array<std::uint64_t, buffer_count> fetched{};
    std::array<std::uint64_t, buffer_count> written_back{};
    std::uint64_t cold_reads = 0;      ///< of fetched[pool]: lines that the phase had not read before
    std::uint64_t write_allocated = 0; ///< of fetched[slab]: for a store
    std::uint64_t fetched_total() const { return std::accumulate(fetched.begin(), fetched.end(), std::uint64_t{0}); }
    std::uint64_t written_back_total() const {
        return std::accumulate(written_back.begin(), written_back.end(), std::uint64_t{0});
    }
    /// What was added since `earlier`, a reading of the same counts.
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
