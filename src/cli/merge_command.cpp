#include <filesystem>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/output_file.hpp"
#include "cli/progress_bar.hpp"
#include "cli/stop_signals.hpp"
#include "merge/merge_runs.hpp"
#include "render/answers/merge_outputs.hpp"
#include "render/html.hpp"
#include "render/markdown.hpp"

namespace bytebound {
namespace {

constexpr std::size_t most_runs = 100'000;
constexpr DirectoryKind kind_of_merge{"merge", "merged.json", "bytebound.merge/", ""};

struct MergeRequest {
    std::string out;
    bool force = false, json = false, quiet = false;
    MergeOptions options;
};

Syntax merge_syntax(MergeRequest& asked) {
    Syntax syntax{"bytebound merge",
                  "Merges runs of many hosts into one directory: every figure as CSV, and as Markdown and HTML a\n"
                  "table per host and one across hosts, with outlier hosts. RUN: a run directory, or one of a suite.",
                  "bytebound merge host1/run host2/run --out merged",
                  {},
                  "RUN",
                  1,
                  most_runs};
    syntax.options.push_back(flag("--allow-different-workload",
                                  "merge runs that did other work, each with its own rows", "Runs",
                                  asked.options.allow_different_workload));
    syntax.options.push_back({"--out", "DIR", "directory of the merge (required)", "Output",
                              [&asked](const std::string& text) -> Result<void> {
                                  if (text.empty()) return bad_value("--out", "the name is empty", "give a directory");
                                  asked.out = text;
                                  return {};
                              }});
    syntax.options.push_back(flag("--force", "replace the merge in DIR, and nothing else", "Output", asked.force));
    syntax.options.push_back(json_option(asked.json));
    syntax.options.push_back(flag("--quiet", "no progress on stderr", "Output", asked.quiet));
    return syntax;
}

/// In a run directory, the merge would be a difference for verify.
Result<void> check_outside(const std::string& out, const std::vector<std::string>& runs) {
    for (const std::string& run : runs)
        if (same_output(out, run) || is_inside(out, run))
            return bad_value("--out", "'" + out + "' is in the run directory " + run,
                             "give a directory outside of all runs");
    return {};
}

/// merged.md, merged.html and merged.json; merged.csv and its like are written as the runs are read.
Result<void> write_reports_of(const MergedHosts& hosts, const std::string& json, AnswerDirectory& directory) {
    const Document document = merge_document(hosts);
    TRY(directory.add("merged.md", to_markdown(document)));
    TRY(directory.add("merged.html", to_html(document)));
    TRY(directory.add("merged.json", json));
    return directory.publish();
}

Result<std::string> merge(const MergeRequest& asked, const std::vector<std::string>& runs) {
    if (asked.out.empty()) return bad_value("--out", "it is missing", "give a directory for the merge");
    TRY(check_outside(asked.out, runs));
    std::vector<MergeInput> inputs;
    for (const std::string& run : runs) {
        std::vector<std::string> left_out;
        for (MergeInput& input : TRY(merge_inputs(run, left_out)))
            inputs.push_back(std::move(input));
        for (const std::string& each : left_out)
            warn(run + " is merged without " + each);
    }
    const StopSignals signals;
    AnswerDirectory directory = TRY(AnswerDirectory::create(asked.out, asked.force, kind_of_merge));
    const auto hosts = [&] {
        ProgressBar bar(!asked.quiet);
        return merge_runs(
            inputs, asked.options, directory, [&bar](const Progress& progress) { bar.show(progress); },
            StopSignals::flag());
    }();
    if (!hosts) return fail(hosts.error());
    for (const MergedRun& run : hosts->runs())
        if (!run.files_caveat.empty()) warn(run.path + ": " + run.files_caveat);
    const std::string json = merge_json(*hosts, asked.options.command);
    TRY(write_reports_of(*hosts, json, directory));
    if (asked.json) return json;
    return merge_text(*hosts, stdout_takes_colour(), stdout_columns()) +
           visible((directory.path() / "merged.md").string()) + "\n";
}

} // namespace

ExitCode merge_main(const std::vector<std::string>& words) {
    MergeRequest asked;
    const auto parsed = parse(merge_syntax(asked), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    std::vector<std::string> command = {"bytebound", "merge"};
    command.insert(command.end(), words.begin(), words.end());
    asked.options.command = command_line(command);
    const auto answer = merge(asked, parsed->positionals);
    return answer ? print(*answer) : complain(answer.error());
}

} // namespace bytebound
