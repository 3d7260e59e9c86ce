#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "cli/baseline.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/run_session.hpp"
#include "cli/run_syntax.hpp"
#include "cli/stop_signals.hpp"
#include "experiment/schedule/run.hpp"
#include "render/answers/comparison_outputs.hpp"
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

/// A long run says how long, and a very long one asks first.
Result<void> agree_on_time(const RunPlan& plan) {
    const PlannedTime& time = plan.time;
    const std::string text = "the run takes " + describe(time);
    if (time.total_s() > PlannedTime::worth_saying_s && !plan.options.quiet) note(text);
    if (time.total_s() <= PlannedTime::worth_asking_s || plan.options.yes || confirm("continue?").value_or(false))
        return {};
    return fail(
        {ExitCode::usage, "plan", "run", text, "give --yes, or smaller --ks, --repeats, --steps-per-k or --max-time"});
}

/// The run that a new one is compared with, and how.
struct Base {
    std::optional<RunEvidence> evidence; ///< nullopt: none
    BaselineOptions options;
};

/// The table, then the comparison, and last the path of the report.
ExitCode print_answer(const WrittenReports& written, const Base& base) {
    const auto columns = stdout_columns();
    const std::string table = terminal_report(written.run, written.summary, stdout_takes_colour(), columns);
    const std::string path = visible(written.report.string()) + "\n";
    if (!base.evidence) return print(table + path);
    const std::string directory = written.report.parent_path().string();
    const auto comparison = compare_with(*base.evidence, base.options, directory, written.run.same_within);
    if (!comparison) {
        static_cast<void>(print(table + path));
        return complain(comparison.error());
    }
    if (const std::string& caveat = comparison->base.files_caveat; !caveat.empty())
        warn(base.options.path + ": " + caveat);
    return report_gates(*comparison,
                        print(table + "\n" + comparison_text(*comparison, stdout_takes_colour(), columns) + path));
}

/// One error per plug-in that failed. The exit status is that of the first.
ExitCode complain_of_plug_ins(const RunRecord& run) {
    ExitCode first = ExitCode::done;
    for (const PlugInRecord& plug_in : run.plug_ins) {
        if (!plug_in.failure) continue;
        const PlugInFailure& failure = *plug_in.failure;
        std::string object = "loop " + plug_in.loop + " of " + plug_in.library;
        if (failure.k) object += fmt::format(", k {}, repeat {}", *failure.k, failure.repeat.value_or(0));
        const ExitCode code = complain({static_cast<ExitCode>(failure.exit_code), "measure", object, failure.cause,
                                        failure.remedy + "; the other loops' figures are kept"});
        if (first == ExitCode::done) first = code;
    }
    return first;
}

ExitCode measure_and_report(Run& run, bool quiet, const Base& base) {
    const auto [measured, sealed] = measure_and_seal(run, quiet);
    if (!sealed) return complain(measured.error());
    const Result<WrittenReports>& written = *sealed;
    if (!measured) {
        // The run's own failure determines the exit status, even if the report cannot be written either.
        complain(measured.error());
        if (written && !written->summary.rows.empty())
            warn("finished phases are kept: see " + written->report.string());
        return measured.error().code;
    }
    if (!written) return complain(written.error());
    const ExitCode answered = print_answer(*written, base);
    const ExitCode own = complain_of_plug_ins(run.record());
    return answered == ExitCode::done ? own : answered;
}

} // namespace

ExitCode run_main(const std::vector<std::string>& words, const ProgramSeams& program) {
    RunOptions options;
    options.external_loop = program.loop;
    options.counting.preset_directory = user_presets_directory();
    Base base;
    Syntax syntax = run_syntax(options);
    for (Option& option : baseline_options(base.options))
        syntax.options.push_back(std::move(option));
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    options.command = {"bytebound", "run"};
    options.command.insert(options.command.end(), words.begin(), words.end());

    const StopSignals signals;
    KernelSys sys;
    auto run = Run::prepare(sys, options, run_seams(program));
    if (!run) return complain(run.error());
    for (const Warning& warning : run->plan().warnings)
        warn(text_of(warning));
    auto baseline = read_baseline(base.options, run->plan());
    if (!baseline) return complain(baseline.error());
    base.evidence = std::move(*baseline);
    if (options.dry_run) return print(plan_text(run->plan()));
    if (const auto agreed = agree_on_time(run->plan()); !agreed) return complain(agreed.error());
    return measure_and_report(*run, options.quiet, base);
}

} // namespace bytebound
