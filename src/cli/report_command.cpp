#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/parser.hpp"
#include "cli/values.hpp"
#include "evidence/run_evidence.hpp"
#include "render/answers/claims_text.hpp"
#include "render/reports/write_reports.hpp"
#include "render/sections/main_table.hpp"

namespace bytebound {

namespace {

struct ReportRequest {
    bool calibrate = true, claims = false;
};

Syntax report_syntax(ReportRequest& asked) {
    Syntax syntax{"bytebound report",
                  "Writes the reports of a run directory again, only from its raw steps. The output is identical on\n"
                  "every machine. Files that SHA256SUMS does not know are reported, with a warning in the first line.",
                  "bytebound report first-run",
                  {},
                  "RUN",
                  1,
                  1};
    syntax.options.push_back(
        {"--calibration", "auto|none", "for a run without: take a calibration that was saved since (auto)", "Options",
         [&asked](const std::string& text) -> Result<void> {
             if (text != "auto" && text != "none")
                 return bad_value("--calibration", "'" + text + "' is unknown", "give auto or none");
             asked.calibrate = text == "auto";
             return {};
         }});
    syntax.options.push_back(flag("--claims",
                                  "print the comparisons as sentences for a paper, with a BibTeX entry; write nothing",
                                  "Options", asked.claims));
    return syntax;
}

/// Reads the run as it is: no calibration is adopted, and nothing is written.
Result<std::string> claims_of(const std::filesystem::path& path) {
    const RunEvidence evidence = TRY(read_run_evidence(path, AcceptedRuns::any));
    if (const std::string& caveat = evidence.summary.files_caveat; !caveat.empty()) warn(path.string() + ": " + caveat);
    return claims_text(evidence.run, evidence.summary, evidence.seal_sha256);
}

} // namespace

ExitCode report_main(const std::vector<std::string>& words) {
    ReportRequest asked;
    const auto parsed = parse(report_syntax(asked), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    if (asked.claims) {
        const auto claims = claims_of(parsed->positionals.front());
        return claims ? print(*claims) : complain(claims.error());
    }
    const auto written =
        write_reports(parsed->positionals.front(), asked.calibrate ? calibration_directory() : std::filesystem::path());
    if (!written) return complain(written.error());
    const std::string& directory = parsed->positionals.front();
    if (const std::string& caveat = written->summary.files_caveat; !caveat.empty()) warn(directory + ": " + caveat);
    if (!written->restored.empty())
        warn(directory + ": changed after the run, and written again: " + join(written->restored, ", "));
    if (written->adopted)
        warn(fmt::format("{}: the run had no calibration; the one of {} is used, and run.json contains it now",
                         directory, written->run.calibration->measured));
    std::string text = terminal_report(written->run, written->summary, stdout_takes_colour(), stdout_columns());
    if (written->finished)
        warn(directory + ": all steps were measured, but its reports were missing; they are written, and the run is "
                         "complete and sealed now");
    if (written->other_owner.empty())
        text += visible(written->report.string()) + "\n";
    else
        warn(directory + ": " + written->other_owner + " is writing to the directory, so no file was written");
    return print(text);
}

} // namespace bytebound
