#pragma once

#include <filesystem>
#include <string>

#include "archive/summary_file.hpp"
#include "base/error.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// A run directory to merge.
struct MergeInput {
    std::filesystem::path directory;
    std::string member = {}; ///< its name in a suite; empty: it is not part of one
};

/// One run as it is published: what precedes the experiments in run.json, and summary.csv.
struct HostRun {
    MergeInput input;
    RunRecord head;
    PublishedSummary summary;
    std::string files_caveat; ///< why these may not be figures of the run; empty: no caveat
    std::string identity;     ///< equal for copies of one run: a hash of its raw steps
};

/// Reads run.json, summary.csv and SHA256SUMS, compares the hashes of the first two, and looks whether the other files
/// are there. The raw steps are not read. Error (bad_data): the run is missing, malformed, of another schema, not
/// complete, or being written.
Result<HostRun> read_host_run(const MergeInput& input);

} // namespace bytebound
