#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "record/stamp.hpp"
#include "render/answers/verify_text.hpp"
#include "render/reports/write_reports.hpp"

namespace bytebound {
namespace {

/// What the differences of a run may come from, on stderr. Returns the exit code.
ExitCode judge(const VerifiedRun& run) {
    if (!run.result) return complain(run.result.error());
    const Verification& found = *run.result;
    if (!found.leftovers.empty())
        warn(fmt::format("{}: left by a process that was killed, and not a part of the run: {}", run.directory,
                         join(found.leftovers, ", ")));
    if (is_verified(run)) return ExitCode::done;
    if (const ProgramVersion own = program_version(); own != found.written_by)
        warn(fmt::format("{}: its reports were written by bytebound {}, this is {}: a difference may be one of the two "
                         "versions, so verify with that one",
                         run.directory, version_text(found.written_by), version_text(own)));
    if (found.not_derived) return complain(*found.not_derived);
    const std::size_t count = found.differences.size();
    return complain({ExitCode::internal, "verify", run.directory,
                     fmt::format("{} difference{}", count, count == 1 ? "" : "s"),
                     "restore the files of the run, or measure again"});
}

} // namespace

ExitCode verify_main(const std::vector<std::string>& words) {
    bool json = false;
    const Syntax syntax{
        "bytebound verify",
        "Derives every figure of run directories again from their raw steps, compares all reports byte\n"
        "for byte, and all files with SHA256SUMS. Prints one line for each difference. Writes nothing.",
        "bytebound verify first-run",
        {json_option(json)},
        "RUN",
        1,
        4096};
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    std::vector<VerifiedRun> runs;
    ExitCode worst = ExitCode::done;
    for (const std::string& directory : parsed->positionals) {
        runs.push_back({directory, verify_run(directory, report_texts)});
        if (!json) worst = std::max(worst, print(verify_text(runs.back())));
        worst = std::max(worst, judge(runs.back()));
        if (!json) runs.clear();
    }
    return json ? std::max(worst, print(verify_json(runs))) : worst;
}

} // namespace bytebound
