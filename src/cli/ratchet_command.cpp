#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/gate_options.hpp"
#include "cli/history_option.hpp"
#include "cli/output_file.hpp"
#include "evidence/ratchet.hpp"

namespace bytebound {
namespace {

Result<RunComparison> judged(const GatesFile& file, const std::string& base_path, const std::string& head_path,
                             const AllowedDifferences& allowed, const HistoryChoice& history) {
    const RunEvidence base = TRY(read_run_evidence(base_path));
    const RunEvidence head = TRY(read_run_evidence(head_path));
    std::vector<GateExpression> gates;
    for (const FileGate& each : file.gates)
        gates.push_back(each.gate);
    TRY(check_gates(gates, comparable_metrics(base.summary, head.summary), loops_and_ks(base.run, head.run)));
    TRY(check_alike(base.run, head.run, head_path, allowed));
    const EarlierRuns earlier = TRY(chosen_earlier_runs(history, base, head));
    return judged_comparison(base, head, {}, default_same_within, gates, false, earlier);
}

} // namespace

ExitCode ratchet_main(const std::vector<std::string>& words) {
    AllowedDifferences allowed;
    HistoryChoice history;
    bool write = false;
    Syntax syntax{"bytebound ratchet",
                  "Proposes tighter limits for the gates of a file after resolved improvements, as a unified diff.\n"
                  "No limit is ever loosened; comments and layout of the file stay.",
                  "bytebound ratchet gates.toml before after --write",
                  {flag("--write", "change the file, too", "Output", write), history_option(history, "Comparison")},
                  "GATES.toml BASE HEAD",
                  3,
                  3};
    for (Option& option : allowed_difference_options(allowed, "Comparison"))
        syntax.options.push_back(std::move(option));
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    const std::string& name = parsed->positionals[0];
    const auto file = read_gates_file(name);
    if (!file) return complain(file.error());
    const auto comparison = judged(*file, parsed->positionals[1], parsed->positionals[2], allowed, history);
    if (!comparison) return complain(comparison.error());
    warn_of_files(*comparison);
    const Ratchet ratchet = tighten(*file, *comparison);
    for (const TighterLimit& each : ratchet.limits)
        if (!each.in_text)
            warn(fmt::format(
                "gate '{}' could have the limit {} ({}), but the file spells it with escapes: change it by hand",
                each.gate, each.number, each.reason));
    if (ratchet.limits.empty()) note("no limit can be tightened: no gate covers a resolved improvement");
    if (write && ratchet.text != file->text)
        if (const auto written = write_output_file(name, ratchet.text); !written) return complain(written.error());
    return print(unified_diff(name, file->text, ratchet.text));
}

} // namespace bytebound
