#pragma once
// A planned run of any subject, measured, written and sealed.

#include <algorithm>
#include <optional>
#include <utility>

#include "base/exception_error.hpp"
#include "cli/console.hpp"
#include "cli/progress_bar.hpp"
#include "cli/stop_signals.hpp"
#include "record/warning.hpp"
#include "render/reports/write_reports.hpp"

namespace bytebound {

struct MeasuredRun {
    Result<void> measured;
    /// nullopt: nothing was measured, and there is no run directory.
    std::optional<Result<WrittenReports>> written;
};

/// Writes the reports of a complete or incomplete run, and the hashes that seal its directory.
template <class AnyRun>
Result<WrittenReports> seal_with_reports(AnyRun& run) {
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

/// Measures, writes the reports and seals the directory; of a run that failed, what was finished. Shows the progress,
/// and then the warnings that were added after planning. StopSignals must exist.
template <class AnyRun>
MeasuredRun measure_and_seal_any(AnyRun& run, bool quiet) {
    Result<void> measured;
    {
        ProgressBar bar(!quiet);
        measured = run.measure([&bar](const Progress& progress) { bar.show(progress); }, StopSignals::flag());
    }
    if (!measured && run.directory() == nullptr) return {std::move(measured), std::nullopt};
    // Everything is on the disk before a word is printed: the reader of a pipe may be gone.
    Result<WrittenReports> written = [&run]() -> Result<WrittenReports> {
        try {
            return seal_with_reports(run);
        } catch (const std::exception& exception) { // the machine refuses memory for the raw steps
            const Error error = error_of(exception);
            static_cast<void>(run.give_up(error));
            return fail(error);
        }
    }();
    const std::vector<Warning>& known = run.plan().warnings;
    for (const Warning& warning : run.record().warnings)
        if (std::find(known.begin(), known.end(), warning) == known.end()) warn(text_of(warning));
    return {std::move(measured), std::move(written)};
}

} // namespace bytebound
