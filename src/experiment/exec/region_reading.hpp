#pragma once
// The regions of a program that runs under `bytebound exec --regions`: it counts them itself and leaves files.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiment/counting/counting.hpp"
#include "io/region_log.hpp"
#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// The files of one run after the other, in a directory that exists as long as this object.
class RegionReading {
public:
    /// Error (not_possible): no directory can be made.
    static Result<RegionReading> open(const CountingRequest& request);
    RegionReading(RegionReading&& other) noexcept;
    RegionReading& operator=(RegionReading&&) = delete;
    ~RegionReading();

    /// Leaves out what the program cannot count in its own threads.
    static void prepare(Counting& counting);
    /// What the program's environment gets: "NAME=VALUE".
    std::vector<std::string> environment() const;
    /// Reads and removes the files of a run, the block `number`. The passes of a region in the order of their begins,
    /// over all threads and processes, are its steps. `record` gets the new regions, the numbers of passes, and what
    /// the program says about its events. Errors: not_possible (no region was recorded), bad_data (a damaged file).
    Result<std::vector<Sample>> take_block(std::uint32_t number, RunRecord& record);
    /// After the last block: the cost of empty passes, and what is missing.
    void finish(RunRecord& record) const;

private:
    explicit RegionReading(std::filesystem::path directory) : directory_(std::move(directory)) {}
    void note_events(const RegionLog& log, RunRecord& record) const;

    std::filesystem::path directory_; ///< empty: moved from
    std::string events_;
    bool first_ = true;
    std::vector<double> empty_ns_;
    std::map<std::string, std::vector<double>> empty_counts_; ///< by event
    std::uint64_t dropped_ = 0, unmatched_ = 0, unfinished_ = 0, interrupted_ = 0, open_ = 0;
};

} // namespace bytebound
