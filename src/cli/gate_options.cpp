#include "cli/gate_options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "evidence/gates_file.hpp"
#include "render/answers/comparison_words.hpp"

namespace bytebound {
namespace {

void add_gate(GateOptions& target, const GateExpression& gate) {
    const auto same = [&gate](const GateExpression& each) { return each.text == gate.text; };
    if (std::none_of(target.gates.begin(), target.gates.end(), same)) target.gates.push_back(gate);
}

/// What settles an unresolved gate.
std::string remedy_for(const GateResult& gate) {
    return gate.value ? "more --repeats narrow an interval"
                      : "measure both runs with options that give this figure, or gate another one";
}

} // namespace

std::vector<Option> allowed_difference_options(AllowedDifferences& target, const std::string& group) {
    return {flag("--allow-different-host", "compare runs of unlike hosts, and say so", group, target.host),
            flag("--allow-different-workload", "compare runs of unlike workloads, and say so", group, target.workload)};
}

Option unresolved_option(std::optional<bool>& target, std::string group) {
    return {"--unresolved", "pass|fail", "what a gate means whose interval contains the limit (pass)", std::move(group),
            [&target](const std::string& word) -> Result<void> {
                if (word != "pass" && word != "fail")
                    return bad_value("--unresolved", "'" + word + "' is unknown", "give pass or fail");
                target = word == "fail";
                return {};
            }};
}

std::vector<Option> gate_options(GateOptions& target) {
    const std::string group = "Gates";
    std::vector<Option> table;
    table.push_back(
        {"--gates", "FILE", "gates of a TOML file", group, [&target](const std::string& name) -> Result<void> {
             const GatesFile file = TRY(read_gates_file(name));
             for (const FileGate& each : file.gates)
                 add_gate(target, each.gate);
             if (file.unresolved_fails) target.unresolved_fails = file.unresolved_fails;
             return {};
         }});
    table.push_back(
        {"--gate", "EXPR",
         "METRIC[@LOOP[/K]] <= NUMBER[x|%|unit]; x and % relative to base; may be repeated; exit 4 if one fails", group,
         [&target](const std::string& text) -> Result<void> {
             add_gate(target, TRY(parse_gate(text, "option --gate")));
             return {};
         },
         true});
    table.push_back(unresolved_option(target.unresolved_fails, group));
    for (Option& option : allowed_difference_options(target.allowed, group))
        table.push_back(std::move(option));
    return table;
}

void warn_of_files(const RunComparison& comparison) {
    for (const RunIdentity* run : {&comparison.base, &comparison.head})
        if (!run->files_caveat.empty()) warn(run->path + ": " + run->files_caveat);
}

ExitCode report_gates(const RunComparison& comparison, ExitCode printed) {
    const auto gates = failed_first(comparison);
    if (gates.empty() || gates.front()->outcome == GateOutcome::pass) return printed;
    const GateResult& worst = *gates.front();
    const std::string text =
        fmt::format("gates: {}: {}, {}", outcomes_text(gates), worst.gate.text, figures_text(comparison, worst));
    const std::string remedy = worst.outcome == GateOutcome::fail
                                   ? "see the rows that are worse, or change the limit if it was meant"
                                   : remedy_for(worst);
    if (comparison.passed()) {
        warn(text + "; " + remedy);
        return printed;
    }
    const ExitCode code = complain({ExitCode::gate, "compare", comparison.head.path, text, remedy});
    return printed == ExitCode::done ? code : printed;
}

} // namespace bytebound
