#include <algorithm>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/gate_options.hpp"
#include "cli/history_option.hpp"
#include "cli/output_file.hpp"
#include "cli/values.hpp"
#include "evidence/run_comparison.hpp"
#include "render/answers/comparison_outputs.hpp"

namespace bytebound {
namespace {

/// A file of one form of the answer.
struct ComparisonFile {
    std::string_view option;
    std::string_view what;
    std::string (*text)(const RunComparison&);
};
constexpr ComparisonFile comparison_files[] = {
    {"--markdown", "all rows as Markdown", comparison_markdown},
    {"--junit", "one test case per gate, loop and k", comparison_junit},
    {"--prometheus", "ratios, verdicts and gates for dashboards", comparison_prometheus},
};

struct CompareRequest {
    std::vector<std::string> metrics = default_compared_metrics();
    bool all_metrics = false;
    double same_within = default_same_within;
    GateOptions gates;
    HistoryChoice history;
    bool json = false, github = false;
    std::vector<std::pair<std::string, const ComparisonFile*>> files; ///< name, form
};

Result<void> metrics_into(CompareRequest& asked, const std::string& text) {
    asked.all_metrics = text == "all";
    if (!asked.all_metrics) asked.metrics = TRY(to_words("--metrics", text));
    return {};
}

Syntax compare_syntax(CompareRequest& asked) {
    Syntax syntax{"bytebound compare",
                  "Compares two runs row by row: ratio head / base, its interval, a verdict, and gates.\n"
                  "Figures are derived again from the raw steps of both.",
                  "bytebound compare before after --gate 'dram_bytes <= 1.02x' --gate 'time_ns@paired <= 1.1x'",
                  {},
                  "BASE HEAD",
                  2,
                  2};
    syntax.options.push_back({"--metrics", "NAME,...|all", join(asked.metrics, ",") + " by default", "Comparison",
                              [&asked](const std::string& text) { return metrics_into(asked, text); }});
    syntax.options.push_back({"--threshold", "PERCENT", "ratios so close to 1 are the same (1%)", "Comparison",
                              percentage_into("--threshold", asked.same_within)});
    syntax.options.push_back(history_option(asked.history, "Comparison"));
    for (Option& option : gate_options(asked.gates))
        syntax.options.push_back(std::move(option));
    syntax.options.push_back(json_option(asked.json));
    for (const ComparisonFile& file : comparison_files)
        syntax.options.push_back({std::string(file.option), "FILE", std::string(file.what), "Output",
                                  [&asked, &file](const std::string& name) -> Result<void> {
                                      TRY(check_output_file(file.option, name));
                                      for (const auto& [other, form] : asked.files)
                                          if (same_output(other, name))
                                              return bad_value(file.option,
                                                               "'" + name + "' is the file of " +
                                                                   std::string(form->option) + ", too",
                                                               "give each form a file of its own");
                                      asked.files.emplace_back(name, &file);
                                      return {};
                                  }});
    syntax.options.push_back(
        flag("--github", "annotations of GitHub Actions after the answer", "Output", asked.github));
    return syntax;
}

/// The metrics to compare, each once. Error (usage): one that neither run has.
Result<std::vector<std::string>> selected(const CompareRequest& asked, const std::vector<std::string>& known) {
    if (asked.all_metrics) return known;
    std::vector<std::string> metrics;
    for (const std::string& metric : asked.metrics) {
        if (std::find(known.begin(), known.end(), metric) == known.end())
            return unknown_word("--metrics", "metric", metric, known);
        if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) metrics.push_back(metric);
    }
    return metrics;
}

/// A file in a run directory would be a difference for verify, and might replace one of the run.
Result<void> check_outside(const CompareRequest& asked, const std::string& run) {
    for (const auto& [name, file] : asked.files)
        if (is_inside(name, run))
            return bad_value(file->option, "'" + name + "' is in the run directory " + run,
                             "give a file outside of both runs");
    return {};
}

Result<RunComparison> compare(const CompareRequest& asked, const std::string& base_path, const std::string& head_path) {
    for (const std::string& run : {base_path, head_path})
        TRY(check_outside(asked, run));
    const RunEvidence base = TRY(read_run_evidence(base_path));
    const RunEvidence head = TRY(read_run_evidence(head_path));
    const auto known = comparable_metrics(base.summary, head.summary);
    auto metrics = TRY(selected(asked, known));
    TRY(check_gates(asked.gates.gates, known, loops_and_ks(base.run, head.run)));
    TRY(check_alike(base.run, head.run, head_path, asked.gates.allowed));
    const EarlierRuns earlier = TRY(chosen_earlier_runs(asked.history, base, head));
    return judged_comparison(base, head, std::move(metrics), asked.same_within, asked.gates.gates,
                             asked.gates.unresolved_fails.value_or(false), earlier);
}

} // namespace

ExitCode compare_main(const std::vector<std::string>& words) {
    CompareRequest asked;
    const auto parsed = parse(compare_syntax(asked), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    if (asked.json && asked.github)
        return complain(bad_value("--json", "--github prints to stdout, too", "leave one of the two out").value());
    const auto comparison = compare(asked, parsed->positionals[0], parsed->positionals[1]);
    if (!comparison) return complain(comparison.error());
    warn_of_files(*comparison);
    for (const auto& [name, file] : asked.files)
        if (const auto written = write_output_file(name, file->text(*comparison)); !written)
            return complain(written.error());
    std::string text = asked.json ? comparison_json(*comparison)
                                  : comparison_text(*comparison, stdout_takes_colour(), stdout_columns());
    if (asked.github) text = without_commands(text) + comparison_annotations(*comparison);
    return report_gates(*comparison, print(text));
}

} // namespace bytebound
