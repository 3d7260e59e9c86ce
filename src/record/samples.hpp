#pragma once
// samples.csv and workers.csv: the raw steps.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counters/reading.hpp"
#include "record/imported_samples.hpp"

namespace bytebound {

struct RunRecord;

/// One measured row: totals over `batch` steps, starting with `step`.
struct Sample {
    std::string loop;
    /// k: no_k in a row without a trace, whose rows, trace figures and unknown CPUs are empty cells.
    std::uint32_t k = 0, repeat = 0, step = 0, batch = 1;
    int pass = 0;
    std::uint32_t added = 0, removed = 0, rows_written = 0;
    int cpu_before = -1, cpu_after = -1;
    std::vector<std::string> flags;
    std::uint64_t time_ns = 0;
    int worker = -1, worker_cpu = -1; ///< workers.csv only: the worker and the CPU that it is pinned to
    /// Parallel to SampleTable::events; empty for events of other passes.
    std::vector<std::optional<Reading>> readings;
    /// Parallel to SampleTable::simulated; empty except in repeat 0, pass 0.
    std::vector<std::optional<std::uint64_t>> simulated;
    /// Parallel to SampleTable::emulated; empty except in repeat 0, pass 0.
    std::vector<std::optional<std::uint64_t>> emulated;
    /// Computed figures (columns trace:min_rows, trace:metadata_bytes, trace:bound_rows after the simulated ones),
    /// summed over the batch; bound_rows is the sum of max(A,R).
    std::uint32_t min_rows = 0;
    std::uint64_t metadata_bytes = 0;
    std::uint32_t bound_rows = 0;
    /// Whether rows_written, min_rows and metadata_bytes are known: those of a plug-in may not be. Else their cells are
    /// empty.
    bool knows_stores = true, knows_minimum = true, knows_metadata = true;
    bool operator==(const Sample&) const = default;
};

/// Column order of samples.csv:
///   loop,k,repeat,step,batch,pass,A,R,rows_written,cpu_before,cpu_after,flags,time_ns,
///   per event NAME,NAME:enabled,NAME:running, with --between per event of DRAM bytes the same as gap:NAME,
///   per simulated metric sim:NAME, per emulated metric callgrind:NAME,
///   trace:min_rows,trace:metadata_bytes,trace:bound_rows
/// The count of a shared event is in bytes, summed over its counters, as are its two times.
/// Simulated metrics are lines times line size: dram_read_bytes, dram_write_bytes, llc_misses (lines), the ten
/// <buffer>_read_bytes / <buffer>_write_bytes, parts of these: cold_read_bytes (pool lines never read before) and
/// write_allocate_bytes (slab lines fetched for a store), and with --between use|evict gap_dram_read_bytes,
/// gap_dram_write_bytes.
/// Emulated metrics: instructions, llc_misses (lines), dram_read_bytes, dram_write_bytes.
struct SampleTable {
    std::vector<std::string> comments; ///< without the leading "# "
    std::vector<std::string> events;   ///< names in the user's order
    std::vector<std::string> simulated;
    std::vector<std::string> emulated;
    std::vector<Sample> rows;
    std::optional<ImportedSamples> imported; ///< of an imported run, which has no other rows
    std::uint64_t dropped_rows = 0; ///< at the end of a file whose run did not finish: rows of an incomplete phase
};

/// samples.csv; workers.csv: the same with worker,cpu after pass and without the simulated and trace columns;
/// background.csv: as workers.csv without worker,cpu, for the shared events of a phase on the idle machine: "step"
/// counts windows, first those before the phase, then equally many after it.
enum class SampleFile { steps, workers, background };

/// Origin of a CSV file of the run, one line each, without "# ": schema, host, timestamp, seed, autotune source,
/// command.
std::vector<std::string> csv_comments(const RunRecord& record, std::string_view schema);
/// For samples.csv. Phases (loop, k, repeat, pass) are appended as a whole. A last phase with fewer readings than
/// planned was cut off; it is dropped and counted.
void drop_unfinished_phase(SampleTable& table, std::uint32_t readings_per_phase);

} // namespace bytebound
