#include "cli/run_session.hpp"

#include <algorithm>

#include "base/exception_error.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/progress_bar.hpp"
#include "cli/stop_signals.hpp"

namespace bytebound {
namespace {

/// Writes the reports of a complete or incomplete run, and the hashes that seal its directory.
Result<WrittenReports> seal(Run& run) {
    RunDirectory& directory = *run.directory();
    auto written = write_reports(directory, run.record());
    if (!written) {
        static_cast<void>(run.give_up(written.error()));
        return written;
    }
    if (auto finished = run.finish(); !finished) {
        // The reports say "complete", which is no longer true, so they are written again if possible.
        static_cast<void>(write_reports(directory, run.record()));
        return fail(finished.error());
    }
    return written;
}

/// The same with what the machine refuses (memory for the raw steps) as an error.
Result<WrittenReports> seal_or_fail(Run& run) {
    try {
        return seal(run);
    } catch (const std::exception& exception) {
        const Error error = error_of(exception);
        static_cast<void>(run.give_up(error));
        return fail(error);
    }
}

/// Prints the warnings that were added after planning.
void warn_of_the_run(const Run& run) {
    const std::vector<Warning>& known = run.plan().warnings;
    for (const Warning& warning : run.record().warnings)
        if (std::find(known.begin(), known.end(), warning) == known.end()) warn(text_of(warning));
}

} // namespace

RunSeams run_seams(const ProgramSeams& program) {
    RunSeams seams;
    seams.qualification_cache = qualification_cache_directory();
    seams.calibrations = calibration_directory();
    seams.autotunes = autotune_directory();
    seams.make_loop = [program](LoopKind kind, Workspace& workspace, WorkerTeam& team, const LoopOptions& how) {
        return kind == LoopKind::external ? program.make_loop(workspace, team, how)
                                          : make_loop(kind, workspace, team, how);
    };
    return seams;
}

MeasuredRun measure_and_seal(Run& run, bool quiet) {
    Result<void> measured;
    {
        ProgressBar bar(!quiet);
        measured = run.measure([&bar](const Progress& progress) { bar.show(progress); }, StopSignals::flag());
    }
    if (!measured && run.directory() == nullptr) return {std::move(measured), std::nullopt};
    // Everything is on the disk before a word is printed: the reader of a pipe may be gone.
    auto written = seal_or_fail(run);
    warn_of_the_run(run);
    return {std::move(measured), std::move(written)};
}

} // namespace bytebound
