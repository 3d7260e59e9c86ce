#pragma once
// The file that a thread writes while its regions are recorded (docs/library.md, "Files of regions"). The library
// writes it through a shared mapping, so that a pass is in the file as soon as it is over; io/ reads it as hostile
// input.

#include <cstdint>

namespace bytebound::region_format {

inline constexpr char magic[8] = {'B', 'B', 'R', 'E', 'G', 'I', 'O', 'N'};
inline constexpr std::uint32_t byte_order = 0x01020304; ///< as the writing machine stores it
inline constexpr std::uint32_t version = 1;
inline constexpr std::uint32_t header_bytes = 4096; ///< the records follow
inline constexpr std::uint32_t most_events = 64, most_regions = 1024, most_depth = 64, longest_name = 255;

/// The first bytes of the file; the rest of header_bytes is 0. Numbers are in the writer's byte order, times in ns of
/// CLOCK_MONOTONIC_RAW.
struct Header {
    char magic[8];
    std::uint32_t byte_order;
    std::uint32_t version;
    std::uint32_t header_bytes;
    std::uint32_t events;          ///< number of event records, which come first
    std::uint64_t process, thread; ///< ids of the operating system
    std::uint64_t opened_ns;
    std::uint64_t closed_ns;    ///< 0: the thread or its process ended without closing the file
    std::uint64_t record_bytes; ///< bytes of complete records behind the header; grows after each record
    std::uint64_t windows;      ///< how often the file was extended
    // What is missing in the records.
    std::uint64_t dropped;     ///< passes: too many regions or levels, a name that is too long, or no space
    std::uint64_t unmatched;   ///< ends without a begin in this thread
    std::uint64_t unfinished;  ///< begins that were left without their end
    std::uint64_t interrupted; ///< calls from a signal handler that interrupted another call
    std::uint32_t open_passes; ///< that have begun and not ended, now
    std::int32_t error;        ///< errno for which recording ended; 0: none
};
static_assert(sizeof(Header) == 112);

enum class Kind : std::uint16_t {
    event = 1, ///< Event; one for each event, in the order of their names
    name = 2,  ///< Name, before the region's first pass
    pass = 3,  ///< Pass, at its end
    empty = 4, ///< Pass with the medians of `depth` empty passes that were measured before the first one
};

/// Each record begins so. `bytes` is a multiple of 8 and includes this.
struct Record {
    std::uint32_t bytes;
    Kind kind;
    std::uint16_t flags;
};
static_assert(sizeof(Record) == 8);

inline constexpr std::uint16_t pass_read_failed =
    1;                                            ///< counters were not read: the times are valid, the counts are not
inline constexpr std::uint16_t pass_extended = 2; ///< the file was extended between its begin and its end
inline constexpr std::uint16_t event_open = 1;    ///< passes have a Count for it
inline constexpr std::uint16_t event_shared = 2;  ///< it counts a whole socket
inline constexpr std::uint16_t event_multiplexed = 4;

/// Then name, unit, domain, source, reason, remedy and caveat, each with a final 0; filled up with 0.
struct Event {
    Record record;
    double unit_scale; ///< value in its unit = count * unit_scale
};
static_assert(sizeof(Event) == 16);

/// Then the name with a final 0; filled up with 0.
struct Name {
    Record record;
    std::uint32_t region; ///< numbers are given in the order of these records, from 0
    std::uint32_t length; ///< of the name in bytes
};
static_assert(sizeof(Name) == 16);

/// Then one Count for each open event.
struct Pass {
    Record record;
    std::uint32_t region;
    std::uint32_t depth; ///< number of passes of this thread around it
    std::uint64_t begin_ns, end_ns;
    std::int32_t begin_cpu, end_cpu; ///< -1: not known
};
static_assert(sizeof(Pass) == 40);

/// Differences over the pass.
struct Count {
    std::uint64_t count, enabled_ns, running_ns;
};
static_assert(sizeof(Count) == 24);

} // namespace bytebound::region_format
