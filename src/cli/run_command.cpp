#include <algorithm>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/progress_bar.hpp"
#include "cli/run_syntax.hpp"
#include "cli/stop_signals.hpp"
#include "experiment/schedule/run.hpp"
#include "render/reports/write_reports.hpp"
#include "render/sections/main_table.hpp"

namespace bytebound {
namespace {

std::string plan_text(const RunPlan& plan) {
    std::string text;
    for (const std::string& line : describe(plan))
        text += line + "\n";
    return text;
}

/// Writes the reports of a complete or incomplete run, and the hashes that seal its directory.
Result<WrittenReports> seal(Run& run) {
    auto written = write_reports(run.path(), run.record());
    if (!written) {
        static_cast<void>(run.give_up(written.error()));
        return written;
    }
    if (auto finished = run.finish(); !finished) {
        // The reports say "complete", which is no longer true, so they are written again if possible.
        static_cast<void>(write_reports(run.path(), run.record()));
        return fail(finished.error());
    }
    return written;
}

/// Prints the warnings that were added after planning.
void warn_of_the_run(const Run& run) {
    const std::vector<Warning>& known = run.plan().warnings;
    for (const Warning& warning : run.record().warnings)
        if (std::find(known.begin(), known.end(), warning) == known.end()) warn(text_of(warning));
}

ExitCode measure_and_report(Run& run, bool quiet) {
    const StopSignals signals;
    Result<void> measured;
    {
        ProgressBar bar(!quiet);
        measured = run.measure([&bar](const Progress& progress) { bar.show(progress); }, StopSignals::flag());
    }
    if (!measured && !run.directory_exists()) return complain(measured.error());
    warn_of_the_run(run);
    const auto written = seal(run);
    if (!measured) {
        // The run's own failure determines the exit status, even if the report cannot be written either.
        complain(measured.error());
        if (written && !written->summary.rows.empty())
            warn("finished phases are kept: see " + written->report.string());
        return measured.error().code;
    }
    if (!written) return complain(written.error());
    return print(terminal_report(written->run, written->summary, stdout_takes_colour(), stdout_columns()) +
                 written->report.string() + "\n");
}

} // namespace

ExitCode run_main(const std::vector<std::string>& words, const ProgramSeams& program) {
    RunOptions options;
    options.external_loop = program.loop;
    options.counting.preset_directory = user_presets_directory();
    const auto parsed = parse(run_syntax(options), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    options.command = {"bytebound", "run"};
    options.command.insert(options.command.end(), words.begin(), words.end());

    KernelSys sys;
    RunSeams seams;
    seams.qualification_cache = qualification_cache_directory();
    seams.calibrations = calibration_directory();
    seams.make_loop = [&program](LoopKind kind, Workspace& workspace, WorkerTeam& team, const LoopOptions& how) {
        return kind == LoopKind::external ? program.make_loop(workspace, team, how)
                                          : make_loop(kind, workspace, team, how);
    };
    auto run = Run::prepare(sys, options, std::move(seams));
    if (!run) return complain(run.error());
    for (const Warning& warning : run->plan().warnings)
        warn(text_of(warning));
    if (options.dry_run) return print(plan_text(run->plan()));
    return measure_and_report(*run, options.quiet);
}

} // namespace bytebound
