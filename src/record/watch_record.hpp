#pragma once
// What `bytebound watch` shows: columns, and a line of values for every interval.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "counters/memory_counter.hpp"
#include "counters/reading.hpp"
#include "counters/tier.hpp"
#include "record/run_record.hpp"

namespace bytebound {

enum class WatchKind {
    bandwidth, ///< DRAM traffic in GB/s (10^9 bytes), of some nodes in one direction
    ratio,     ///< of two events of the machine: CPI, LLC MPKI
    rate,      ///< an event of the machine per second
};

struct WatchColumn {
    std::string key; ///< "node0_ddr_read_gbps", "cpi", "context-switches_per_s": its column in CSV
    WatchKind kind = WatchKind::rate;
    std::vector<int> nodes = {};               ///< of a bandwidth; empty: the whole machine, or not known
    std::optional<MemoryTraffic> traffic = {}; ///< of a bandwidth
    std::string event = {};                    ///< of a rate, as the user wrote it
    std::string unit = {};                     ///< "GB/s", "/s", "MiB/s"; empty: a ratio
    std::string source = {};                   ///< "uncore", "perf"; empty if it cannot be obtained
    Tier tier = Tier::counted;
    std::string domain = {}; ///< of the events, "uk"; empty: they accept none
    std::string reason = {}; ///< why it cannot be obtained; empty: it can
    std::string remedy = {};
    bool in_tables = true; ///< false: only in CSV and JSON (an event that a ratio shows)
};

struct WatchValue {
    std::optional<double> value; ///< in the column's unit
    std::optional<double> count; ///< what was counted in the interval (bytes, events); nullopt for a ratio
    ReadingState state = ReadingState::unsupported;
    std::string reason = {}; ///< why there is no value
};

struct WatchLine {
    std::string time;               ///< end of the interval, UTC: "2026-01-31T12:00:00.123Z"
    double elapsed_s = 0;           ///< from the first reading to the end of the interval
    double interval_s = 0;          ///< measured
    bool late = false;              ///< longer than requested by more than 5 %
    std::vector<int> cpus;          ///< whose events are counted at the end of the interval
    std::vector<WatchValue> values; ///< one for each column
};

/// What is written before the first line.
struct WatchHeader {
    std::string host, started, command;
    double interval_s = 1;
    std::vector<int> cpus;
    std::vector<CollectorRecord> collectors;
    std::vector<WatchColumn> columns;
};

/// The tier of a value: scaled if it was extrapolated, else the column's.
inline Tier tier_of(const WatchColumn& column, const WatchValue& value) {
    return value.state == ReadingState::scaled ? combine(column.tier, Tier::scaled) : column.tier;
}

} // namespace bytebound
