#pragma once
// Files of regions (base/region_format.hpp), which programs write under `bytebound exec --regions`: the program may
// have been killed, and anyone may have changed the file.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/region_format.hpp"

namespace bytebound {

struct RegionEvent {
    std::string name, unit, domain, source;
    std::string reason, remedy, caveat;
    bool open = false, shared = false, multiplexed = false;
    double unit_scale = 1.0; ///< value in the unit = count * unit_scale
    bool operator==(const RegionEvent&) const = default;
};

/// One pass of a region in one thread.
struct RegionPass {
    std::uint32_t region = 0; ///< index in RegionLog::names
    std::uint32_t depth = 0;  ///< passes around it
    std::uint64_t begin_ns = 0, end_ns = 0;
    int begin_cpu = -1, end_cpu = -1; ///< -1: not known
    bool read_failed = false;         ///< the times are valid, the counts are not
    bool extended = false;            ///< includes the extension of the file, some 0.2 ms
    bool operator==(const RegionPass&) const = default;
};

/// What one thread of one process recorded.
struct RegionLog {
    std::uint64_t process = 0, thread = 0;
    std::uint64_t opened_ns = 0;
    std::optional<std::uint64_t> closed_ns; ///< nothing: the thread or its process ended without closing the file
    std::vector<RegionEvent> events;
    std::vector<std::string> names; ///< of the regions
    std::vector<RegionPass> passes; ///< in the order of their ends
    /// For each pass, and each open event in the order of `events`, the difference over the pass. running_ns above
    /// enabled_ns: no count.
    std::vector<region_format::Count> counts;
    std::size_t open_events = 0;
    /// Medians of passes with nothing inside: time in ns, and the count of each open event. Nothing: not measured.
    std::optional<std::uint64_t> empty_ns;
    std::vector<std::uint64_t> empty_counts;
    // Passes that are missing here; see region_format::Header.
    std::uint64_t dropped = 0, unmatched = 0, unfinished = 0, interrupted = 0;
    std::uint32_t open_passes = 0; ///< had begun and not ended
    int error = 0;                 ///< errno for which recording ended; 0: none

    /// Counts of the pass `index`, one for each open event.
    std::span<const region_format::Count> counts_of(std::size_t index) const {
        return std::span(counts).subspan(index * open_events, open_events);
    }
};

/// Checks everything before it is used. Error: bad_data, with `file` and the byte of the first fault.
Result<RegionLog> parse_region_log(std::string_view bytes, const std::string& file);
/// The same of a file of at most 1 GiB. Error: bad_data, also for a file that cannot be read.
Result<RegionLog> read_region_log(const std::filesystem::path& file);

} // namespace bytebound
