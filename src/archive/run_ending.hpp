#pragma once
// The last records of a run, whatever it measured.

#include <optional>

#include "archive/run_directory.hpp"
#include "base/error.hpp"

namespace bytebound {

/// All raw steps are written: they go to the disk, and run.json says `measured` with their hashes, so that
/// `bytebound report` can finish the run, whatever happens to this process.
Result<void> note_measured(std::optional<RunDirectory>& directory, RunRecord& record);

/// Records the run as failed with this cause unless a failure is already recorded.
Result<void> note_failure(std::optional<RunDirectory>& directory, RunRecord& record, const Error& cause);

/// Writes the hashes of all files, with the status that `record` has, and the seal. The run no longer owns its
/// directory then. An error makes it a failed one.
Result<void> seal_run(std::optional<RunDirectory>& directory, RunRecord& record);

} // namespace bytebound
