#pragma once
// A planned run, measured and written, as `run` and `suite` do it.

#include <optional>

#include "cli/program.hpp"
#include "experiment/schedule/run.hpp"
#include "render/reports/write_reports.hpp"

namespace bytebound {

/// Those of this process: the user's caches, and the loop of an embedding program.
RunSeams run_seams(const ProgramSeams& program);

struct MeasuredRun {
    Result<void> measured;
    /// nullopt: nothing was measured, and there is no run directory.
    std::optional<Result<WrittenReports>> written;
};
/// Measures, writes the reports and seals the directory; of a run that failed, what was finished. Shows the progress,
/// and then the warnings that were added after planning. StopSignals must exist.
MeasuredRun measure_and_seal(Run& run, bool quiet);

} // namespace bytebound
