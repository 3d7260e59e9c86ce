#include <algorithm>

#include <fmt/format.h>

#include "archive/suite_record.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "evidence/verify_suite.hpp"
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
                     fmt::format("restore the files of the {}, or measure again", run.suite ? "suite" : "run")});
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
    const auto show = [&](VerifiedRun verified) {
        if (!json) worst = std::max(worst, print(verify_text(verified)));
        worst = std::max(worst, judge(verified));
        if (json) runs.push_back(std::move(verified));
    };
    for (const std::string& directory : parsed->positionals) {
        if (!is_suite(directory)) {
            show({directory, verify_run(directory, report_texts)});
            continue;
        }
        auto suite = verify_suite(directory);
        if (suite)
            for (const std::filesystem::path& run : suite->runs)
                show({run.string(), verify_run(run, report_texts)});
        show({directory, suite ? Result<Verification>(std::move(suite->own)) : fail(suite.error()), true});
    }
    return json ? std::max(worst, print(verify_json(runs))) : worst;
}

} // namespace bytebound
