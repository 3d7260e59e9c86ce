#pragma once
// samples.csv and workers.csv: the raw steps.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "counters/reading.hpp"

namespace bytebound {

/// One measured row: totals over `batch` steps, the first of which is `step`.
struct Sample {
    std::string loop;
    std::uint32_t k = 0, repeat = 0, step = 0, batch = 1;
    int pass = 0;
    std::uint32_t added = 0, removed = 0, rows_written = 0;
    int cpu_before = -1, cpu_after = -1;
    std::vector<std::string> flags;
    std::uint64_t time_ns = 0;
    /// Parallel to SampleTable::events; empty for events of other passes.
    std::vector<std::optional<Reading>> readings;
    /// Parallel to SampleTable::simulated; empty except in repeat 0, pass 0.
    std::vector<std::optional<std::uint64_t>> simulated;
    /// Computed figures of this step (columns trace:min_rows, trace:metadata_bytes after the simulated ones).
    std::uint32_t min_rows = 0;
    std::uint64_t metadata_bytes = 0;
};

/// Column order of samples.csv:
///   loop,k,repeat,step,batch,pass,A,R,rows_written,cpu_before,cpu_after,flags,time_ns,
///   per event NAME,NAME:enabled,NAME:running, per simulated metric sim:NAME, trace:min_rows,trace:metadata_bytes
/// Simulated metrics, lines times line size: dram_read_bytes, dram_write_bytes, llc_misses (lines), the ten
/// <buffer>_read_bytes / <buffer>_write_bytes, and with --between use|evict gap_dram_read_bytes, gap_dram_write_bytes.
struct SampleTable {
    std::vector<std::string> comments; ///< without the leading "# "
    std::vector<std::string> events;   ///< names in the user's order
    std::vector<std::string> simulated;
    std::vector<Sample> rows;
};

/// Error: bad_data with file, line and cause.
Result<SampleTable> read_samples(const std::filesystem::path& file);

} // namespace bytebound
