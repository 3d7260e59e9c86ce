#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "figures/comparisons.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// A run, with figures derived from its raw steps.
struct RunEvidence {
    std::string path; ///< as the user gave it
    RunRecord run;
    Summary summary; ///< files_caveat: why these may not be figures of the run
    std::vector<ComparedRow> rows;
    std::string record_sha256 = {}; ///< of run.json as it was read
    std::string seal_sha256 = {};   ///< of SHA256SUMS; empty: it is missing or unreadable
};

/// Error (bad_data): the run is still being written, was killed, or failed. `path`: its directory, for the message.
Result<void> check_complete(const std::string& path, const RunRecord& run);

enum class AcceptedRuns {
    complete,
    any, ///< also those that failed or are still being written: their finished phases
};
/// Reads a run directory, and writes nothing. Error (bad_data): it is missing, malformed, of another schema, or not
/// accepted.
Result<RunEvidence> read_run_evidence(const std::filesystem::path& directory,
                                      AcceptedRuns accepted = AcceptedRuns::complete);

} // namespace bytebound
